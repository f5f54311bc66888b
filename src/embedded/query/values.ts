import { Long } from 'bson';

/** Place of each BSON type in MongoDB's order, by its name in `$type` and error messages. */
const ranks = {
  minKey: 0,
  missing: 1,
  null: 1,
  int: 2,
  long: 2,
  double: 2,
  decimal: 2,
  string: 3,
  symbol: 3,
  object: 4,
  array: 5,
  binData: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  timestamp: 10,
  regex: 11,
  javascript: 12,
  maxKey: 14,
} as const;

/** Name of a BSON type; `missing` is none, but what a path finds where nothing is. */
export type TypeName = keyof typeof ranks;

/** Names that `$type` takes. */
export const typeNames: ReadonlySet<unknown> = new Set(Object.keys(ranks).filter((name) => name !== 'missing'));

/** Place of a value's type in MongoDB's order; comparisons with `$gt` and the like stay inside one rank. */
export function rankOf(value: unknown): number {
  return ranks[typeOf(value)];
}

/** BSON type of a value, however the decoder represents it. */
export function typeOf(value: unknown): TypeName {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'long';
    // As the encoder writes it: what fits 32 bits is an int, every other number a double.
    case 'number':
      return Object.is(value | 0, value) ? 'int' : 'double';
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  if (value instanceof Uint8Array) return 'binData';
  // BSON values have classes of their own; a plain document stays one, whatever its fields are called.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'object';
  return bsonTypes[(value as { _bsontype?: string })._bsontype ?? ''] ?? 'object';
}

/** True for a plain sub-document, the only kind of object that a path enters. */
export function isDocument(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && typeOf(value) === 'object';
}

/** A whole or broken number as JavaScript computes with it: number, or bigint beyond 2^53; undefined for anything else, and for decimals. */
export function numericOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return narrow(value);
  const type = typeOf(value);
  if (type === 'int' || type === 'double') return Number((value as { valueOf(): number }).valueOf());
  return type === 'long' ? narrow((value as Long).toBigInt()) : undefined;
}

/** Truth in expressions: false, 0, null and missing are false, everything else, also '', is true. */
export function isTruthy(value: unknown): boolean {
  return value !== false && value !== null && value !== undefined && numericOf(value) !== 0;
}

/** A numeric result as it is stored: bigint becomes Long. */
export function storableNumber(value: number | bigint): number | Long {
  return typeof value === 'bigint' ? Long.fromBigInt(value) : value;
}

const bsonTypes: Record<string, TypeName> = {
  ObjectId: 'objectId',
  Long: 'long',
  Int32: 'int',
  Double: 'double',
  Decimal128: 'decimal',
  Binary: 'binData',
  Timestamp: 'timestamp',
  MinKey: 'minKey',
  MaxKey: 'maxKey',
  BSONRegExp: 'regex',
  BSONSymbol: 'symbol',
  Code: 'javascript',
};

function narrow(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
