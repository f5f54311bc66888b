import type { TokenSnapshot } from '../models/token-snapshot.js';

/** A copy of a row that remembers its token, for fields of the row that are read on their own. Rows out of a cache are shared: never marked. */
export function withOwner<Row extends object>(row: Row, token: TokenSnapshot): Owned<Row> {
  return { ...row, [owner]: token };
}

/** The token of such a row. */
export function ownerOf({ [owner]: token }: Owned<object>): TokenSnapshot {
  return token;
}

/** A row with its token. */
export type Owned<Row> = Row & { readonly [owner]: TokenSnapshot };

const owner = Symbol('token of the row');
