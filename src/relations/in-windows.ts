import type { TokenSnapshot } from '../models/token-snapshot.js';

/** Bounds of one token's rows, both inclusive; null leaves an end open. */
export interface Bounds<T extends string | Date> {
  readonly token: Pick<TokenSnapshot, 'id'>;
  readonly lower: T | null;
  readonly upper: T | null;
}

/** Range of a field as a filter takes it. */
export interface Range<T> {
  $gte?: T;
  $lte?: T;
}

/** A filter on the rows of some tokens. */
export type WindowClause<F extends string, T> = { tokenId: { $in: string[] } } & { [K in F]?: Range<T> };

/**
 * Filter for the rows of many tokens, each within its own bounds: one clause for each distinct pair of bounds, so that tokens that stand
 * at different days are read with one command and nobody reads outside. At least one window is expected.
 */
export function inWindows<F extends string, T extends string | Date>(
  field: F,
  windows: ReadonlyArray<Bounds<T>>,
): WindowClause<F, T> | { $or: Array<WindowClause<F, T>> } {
  const clauses = new Map<string, { ids: string[]; range: Range<T> }>();
  for (const { token, lower, upper } of windows) {
    const key = `${lower?.valueOf()}|${upper?.valueOf()}`;
    const clause = clauses.get(key);
    if (clause) clause.ids.push(token.id);
    else clauses.set(key, { ids: [token.id], range: rangeOf(lower, upper) });
  }
  const built = [...clauses.values()].map(
    ({ ids, range }) =>
      ({
        tokenId: { $in: ids },
        ...(Object.keys(range).length > 0 ? { [field]: range } : {}),
      }) as WindowClause<F, T>,
  );
  const [only] = built;
  return built.length === 1 && only ? only : { $or: built };
}

/** Inclusive range; empty when both ends are open. */
export function rangeOf<T>(lower: T | null, upper: T | null): Range<T> {
  return { ...(lower === null ? {} : { $gte: lower }), ...(upper === null ? {} : { $lte: upper }) };
}

/**
 * The same for a list that runs once for each token (see readPerToken): one range over all bounds, which the index can take, and where
 * they differ the clauses on top.
 */
export function perTokenWindows<F extends string>(
  field: F,
  windows: ReadonlyArray<Bounds<Date>>,
): Readonly<Record<string, unknown>> {
  const clauses = inWindows(field, windows);
  if (!('$or' in clauses)) return field in clauses ? { [field]: clauses[field] } : {};
  const lower = windows.some((window) => window.lower === null)
    ? null
    : extreme(
        windows.map((w) => w.lower),
        Math.min,
      );
  const upper = windows.some((window) => window.upper === null)
    ? null
    : extreme(
        windows.map((w) => w.upper),
        Math.max,
      );
  const range = rangeOf(lower, upper);
  return { ...(Object.keys(range).length > 0 ? { [field]: range } : {}), ...clauses };
}

function extreme(dates: ReadonlyArray<Date | null>, pick: (...times: number[]) => number): Date {
  return new Date(pick(...dates.map((date) => date?.getTime() ?? 0)));
}
