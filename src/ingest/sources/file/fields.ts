import { isAddress } from '../../../models/address.js';

/** A field that cannot be taken: what was expected, and what came. The reader adds file, line and column. */
export class FieldProblem extends Error {
  constructor(
    readonly column: string,
    expected: string,
    came: string | undefined,
  ) {
    super(`expected ${expected}, got ${came === undefined ? 'nothing' : JSON.stringify(came.slice(0, 100))}`);
  }
}

/** Whole number from 0 to `max`. */
export function parseWhole(column: string, text: string | undefined, max: number): number {
  const value = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new FieldProblem(column, `a whole number from 0 to ${max}`, text);
}

/** The same, or null for an empty field. */
export function parseOptionalWhole(column: string, text: string | undefined, max: number): number | null {
  return isBlank(text) ? null : parseWhole(column, text, max);
}

/** An unsigned integer of at most 256 bits. */
export function parseUint256(column: string, text: string | undefined): bigint {
  if (text !== undefined && /^\d{1,100}$/.test(text)) {
    const value = BigInt(text);
    if (value <= maxUint256) return value;
  }
  throw new FieldProblem(column, 'a whole number of base units from 0 to 2^256 - 1, in digits only', text);
}

/** The same as plain digits, `0` for an empty field. */
export function parseGas(column: string, text: string | undefined): string {
  return isBlank(text) ? '0' : parseUint256(column, text).toString();
}

/** An address in lower case. */
export function parseAddress(column: string, text: string | undefined): string {
  if (text !== undefined && isAddress(text)) return text.toLowerCase();
  throw new FieldProblem(
    column,
    'an address (0x and 40 hexadecimal digits, in one case or with a right EIP-55 checksum)',
    text,
  );
}

/** A 32-byte hash in lower case. */
export function parseHash(column: string, text: string | undefined): string {
  if (text !== undefined && /^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new FieldProblem(column, 'a hash (0x and 64 hexadecimal digits)', text);
}

/** The same, or null for an empty field. */
export function parseOptionalHash(column: string, text: string | undefined): string | null {
  return isBlank(text) ? null : parseHash(column, text);
}

/** First four bytes of a transaction's input; null where there are none or they are unknown. */
export function parseMethodId(column: string, text: string | undefined): string | null {
  if (isBlank(text) || text === '0x') return null;
  if (/^0x[0-9a-fA-F]{8}$/.test(text)) return text.toLowerCase();
  throw new FieldProblem(column, 'a selector (0x and 8 hexadecimal digits)', text);
}

/** True for the usual ways of saying so; empty is false. */
export function parseFlag(column: string, text: string | undefined): boolean {
  if (isBlank(text)) return false;
  const known = flags.get(text.toLowerCase());
  if (known !== undefined) return known;
  throw new FieldProblem(column, 'true or false, 1 or 0, yes or no', text);
}

/** Milliseconds of Unix seconds, or of ISO 8601 with the zone UTC. */
export function parseTime(column: string, text: string | undefined): number {
  const value = text === undefined ? undefined : (unixTime(text) ?? isoTime(text));
  if (value !== undefined) return value;
  throw new FieldProblem(
    column,
    'Unix seconds or ISO 8601 in UTC (1742617883 or 2025-03-22T04:31:23Z), from 1970 to 2099',
    text,
  );
}

/** True when nothing stands in the field. */
export function isBlank(text: string | undefined): text is '' | undefined {
  return text === undefined || text === '';
}

const maxUint256 = 2n ** 256n - 1n;
const endOfTime = Date.UTC(2100, 0, 1);

const flags: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 't', 'yes', 'y'].map((word) => [word, true] as const),
  ...['0', 'false', 'f', 'no', 'n', 'null'].map((word) => [word, false] as const),
]);

function unixTime(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const time = Number(text) * 1000;
  return time < endOfTime ? time : undefined;
}

const isoForm = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(?:Z|UTC|\+00:?00)$/;

function isoTime(text: string): number | undefined {
  const match = isoForm.exec(text);
  if (!match) return undefined;
  const whole = `${match[1]}T${match[2]}`;
  const time = Date.parse(`${whole}${(match[3] ?? '').slice(0, 4)}Z`);
  // Date.parse takes 30 February for 2 March: only what reads back the same is a day.
  const real = time >= 0 && time < endOfTime && new Date(time).toISOString().startsWith(whole);
  return real ? time : undefined;
}
