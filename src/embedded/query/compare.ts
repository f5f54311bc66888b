import type { Long, ObjectId } from 'bson';
import { MongoError } from '../errors.js';
import { numericOf, rankOf, typeOf } from './values.js';

/** BSON comparison of two values across types; a missing value equals null. */
export function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference < 0 ? -1 : 1;
  return comparators[rank]?.(a, b) ?? 0;
}

/** Equality as BSON comparison sees it: 1 and Long 1 are equal. */
export function isEqual(a: unknown, b: unknown): boolean {
  return compare(a, b) === 0;
}

/** Text that is equal exactly for equal values: the key of groups and sets. */
export function canonicalText(value: unknown): string {
  const type = typeOf(value);
  switch (type) {
    case 'missing':
    case 'null':
      return 'z';
    case 'string':
      return `s${(value as string).length}:${value}`;
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return `n${numberText(numberOf(value))}`;
    case 'objectId':
      return `o${(value as ObjectId).toHexString()}`;
    case 'date':
      return `d${(value as Date).getTime()}`;
    case 'bool':
      return value === true ? 't' : 'f';
    case 'array':
      return `[${(value as unknown[]).map(canonicalText).join(',')}]`;
    case 'object':
      return `{${Object.entries(value as object)
        .map(([name, part]) => canonicalText(name) + canonicalText(part))
        .join(',')}}`;
    case 'binData':
      return `b${subtypeOf(value)}:${bytesOf(value).toString('base64')}`;
    default:
      return `${type}${String(value)}`;
  }
}

const comparators: Record<number, (a: unknown, b: unknown) => number> = {
  2: compareNumeric,
  3: (a, b) => compareText(String(a), String(b)),
  4: compareDocuments,
  5: compareArrays,
  6: (a, b) =>
    bytesOf(a).length - bytesOf(b).length || subtypeOf(a) - subtypeOf(b) || Buffer.compare(bytesOf(a), bytesOf(b)),
  7: (a, b) => Buffer.compare((a as ObjectId).id, (b as ObjectId).id),
  8: (a, b) => Number(a) - Number(b),
  9: (a, b) => order((a as Date).getTime(), (b as Date).getTime()),
  10: (a, b) => (a as Long).compare(b as Long),
  11: (a, b) => compareText(String(a), String(b)),
  12: (a, b) => compareText(String((a as { code: unknown }).code), String((b as { code: unknown }).code)),
};

function order(a: number | bigint | string, b: number | bigint | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** NaN is equal to itself and below every number. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

/** JavaScript compares integers of any size with doubles exactly. */
function compareNumeric(a: unknown, b: unknown): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right);
  if (Number.isNaN(left)) return -1;
  return Number.isNaN(right) ? 1 : order(left, right);
}

function numberOf(value: unknown): number | bigint {
  const number = numericOf(value);
  if (number === undefined) throw new MongoError('BadValue', 'This server does not compare decimal values.');
  return number;
}

/** One text for each number: a double that is an integer is written as that integer. */
function numberText(value: number | bigint): string {
  return typeof value === 'number' && Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

/** By code point, which is the order of UTF-8 bytes; UTF-16 order differs once surrogates meet the top of the basic plane. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return liftSurrogate(left) - liftSurrogate(right) < 0 ? -1 : 1;
  }
  return order(a.length, b.length);
}

function liftSurrogate(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareDocuments(a: unknown, b: unknown): number {
  const left = Object.entries(a as object);
  const right = Object.entries(b as object);
  for (const [at, [name, value]] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = rankOf(value) - rankOf(other[1]) || compareText(name, other[0]) || compare(value, other[1]);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return order(left.length, right.length);
}

function compareArrays(a: unknown, b: unknown): number {
  const left = a as unknown[];
  const right = b as unknown[];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compare(left[at], right[at]);
    if (difference !== 0) return difference;
  }
  return order(left.length, right.length);
}

function bytesOf(value: unknown): Buffer {
  const bytes = value instanceof Uint8Array ? value : (value as { value(): Uint8Array }).value();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function subtypeOf(value: unknown): number {
  return (value as { sub_type?: number }).sub_type ?? 0;
}
