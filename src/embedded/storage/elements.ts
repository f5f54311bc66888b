/** One field of a raw document: where it begins and ends, and its BSON type. */
export interface RawElement {
  readonly type: number;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The fields of a raw document in order, without decoding them; throws RangeError for bytes that are no document. */
export function* elementsOf(raw: Buffer): Generator<RawElement> {
  for (let start = 4; start < raw.length - 1; ) {
    const type = raw[start]!;
    const value = raw.indexOf(0, start + 1) + 1;
    const end = value + sizeOf(raw, type, value);
    if (value === 0 || end > raw.length - 1) throw new RangeError('These bytes are no BSON document.');
    yield { type, name: raw.toString('utf8', start + 1, value - 1), start, end };
    start = end;
  }
}

/** The same document with one of its fields before all others. */
export function withElementFirst(raw: Buffer, { start, end }: Pick<RawElement, 'start' | 'end'>): Buffer {
  return Buffer.concat([raw.subarray(0, 4), raw.subarray(start, end), raw.subarray(4, start), raw.subarray(end)]);
}

const FIXED: Record<number, number> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
  127: 0,
  255: 0,
};

/** Bytes beside those that the leading length counts. */
const PREFIXED: Record<number, number> = { 2: 4, 3: 0, 4: 0, 5: 5, 12: 16, 13: 4, 14: 4, 15: 0 };

/** Bytes of a value of a type; throws RangeError for a type that BSON does not have. */
export function sizeOf(raw: Buffer, type: number, value: number): number {
  const fixed = FIXED[type];
  if (fixed !== undefined) return fixed;
  const beside = PREFIXED[type];
  if (beside !== undefined) return raw.readInt32LE(value) + beside;
  if (type !== REGEX) throw new RangeError(`BSON type ${type} is unknown.`);
  return raw.indexOf(0, raw.indexOf(0, value) + 1) + 1 - value;
}

const REGEX = 11;
