/** A cached value with the epoch it belongs to and the time it was made. `null` is a value, not a miss. */
export interface Entry {
  readonly epoch: number;
  readonly madeAt: number;
  readonly value: unknown;
}

/** Text form of an entry. */
export function encodeEntry({ epoch, madeAt, value }: Entry): string {
  return JSON.stringify({ e: epoch, t: madeAt, v: value });
}

/** The entry of a text; undefined for anything that `encodeEntry` did not write. */
export function parseEntry(text: string): Entry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('e' in parsed && 't' in parsed && 'v' in parsed))
    return undefined;
  const { e, t, v } = parsed;
  return Number.isSafeInteger(e) && Number.isSafeInteger(t)
    ? { epoch: e as number, madeAt: t as number, value: v }
    : undefined;
}
