import { createHash } from 'node:crypto';
import { BadCursorError } from '../errors.js';

/** Text that names a position in the list of one field; nobody but `decodeCursor` of the same field reads it. */
export function encodeCursor(field: string, position: readonly number[]): string {
  const text = position.join(':');
  return Buffer.from(`${text}:${checkOf(field, text)}`).toString('base64url');
}

/** Position of a cursor with `length` numbers; throws BadCursorError for anything that `encodeCursor` did not make for this field. */
export function decodeCursor({ field, cursor, length }: { field: string; cursor: string; length: number }): number[] {
  const parts = Buffer.from(cursor.slice(0, 200), 'base64url').toString().split(':');
  const position = parts.slice(0, -1).map(Number);
  const valid = position.length === length && position.every((part) => Number.isSafeInteger(part) && part >= 0);
  if (!valid || encodeCursor(field, position) !== cursor) throw new BadCursorError({ field });
  return position;
}

/** Ties the position to its field, and finds characters that were changed on the way. It is no secret. */
function checkOf(field: string, text: string): string {
  return createHash('sha256').update(`${field}\n${text}`).digest('base64url').slice(0, 8);
}
