import { BadCursorError } from '../errors.js';

/** Place in the list of tokens after which a page begins. */
export interface TokenPosition {
  readonly symbol: string;
  readonly address: string;
}

/** Opaque text of a place. */
export function encodeTokenCursor({ symbol, address }: TokenPosition): string {
  return Buffer.from(JSON.stringify([symbol, address])).toString('base64url');
}

/** The place of a cursor; BadCursorError for any text that this list did not give out. */
export function parseTokenCursor(cursor: string): TokenPosition {
  try {
    const [symbol, address, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof symbol === 'string' && typeof address === 'string' && rest.length === 0) {
      const position = { symbol, address };
      if (encodeTokenCursor(position) === cursor) return position;
    }
  } catch (cause) {
    throw new BadCursorError({ field: 'tokens', cause });
  }
  throw new BadCursorError({ field: 'tokens' });
}
