import { createHash } from 'node:crypto';
import type { Document } from 'bson';
import { MongoError } from '../errors.js';

/**
 * Order-preserving keys: the bytes of two encoded values compare as the values do in MongoDB.
 * Bytes are held in latin1 strings, so that `<` in JavaScript, the overlay and lmdb agree without conversion.
 * No encoded value is the beginning of another one, so encodings can be joined into compound keys.
 */
export function encodeValue(value: unknown): string {
  if (value === null || value === undefined) return NULL;
  if (typeof value === 'string') return STRING + encodeText(value);
  if (typeof value === 'number') return NUMBER + encodeNumber(value);
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  if (typeof value === 'bigint') return NUMBER + encodeInteger(value);
  if (value instanceof Date) return DATE + encodeDouble(value.getTime());
  if (Array.isArray(value)) throw unsupported('an array');
  if (value instanceof RegExp) throw unsupported('a regular expression');
  if (value instanceof Uint8Array) return encodeBinary(value, 0);
  return encodeBson(value as BsonValue);
}

/** Encodes as `encodeValue` does, or answers undefined for a value that indexes do not hold (regex, decimal, array ...). */
export function tryEncodeValue(value: unknown): string | undefined {
  try {
    return encodeValue(value);
  } catch (error) {
    if (error instanceof MongoError) return undefined;
    throw error;
  }
}

/** The same key for a falling field: every byte inverted. */
export function invert(key: string): string {
  const bytes = Buffer.from(key, 'latin1');
  for (let at = 0; at < bytes.length; at++) bytes[at] = 255 - bytes[at]!;
  return bytes.toString('latin1');
}

/** The smallest key greater than every key that begins with this one. */
export function successor(key: string): string {
  let end = key.length;
  while (end > 0 && key.charCodeAt(end - 1) === 255) end--;
  return key.slice(0, end - 1) + String.fromCharCode(key.charCodeAt(end - 1) + 1);
}

/** Keys longer than this keep so many bytes and a hash; their order is settled by looking at the documents. */
export const HEAD_BYTES = 1200;
/** See HEAD_BYTES; of an `_id`. */
export const ID_HEAD_BYTES = 512;

/** Shortens the fields part of an index key to what lmdb can hold. */
export function shorten(fields: string): string {
  return fields.length > HEAD_BYTES ? cut(fields, HEAD_BYTES) : fields;
}

/** Key of an `_id`, as it stands in document keys and at the end of index keys. */
export function encodeId(id: unknown): string {
  return shortenId(encodeValue(id));
}

/** Shortens an encoded `_id`, which stands in the key of its document and of all its index entries. */
export function shortenId(encoded: string): string {
  return encoded.length > ID_HEAD_BYTES ? cut(encoded, ID_HEAD_BYTES) : encoded;
}

/** Every encoded value, rising or falling, lies in [LOWEST, HIGHEST). */
export const LOWEST = '\x01';
/** See LOWEST. */
export const HIGHEST = '\xfe';

/** Begins every encoded value of the type. */
export const NULL = '\x10';
/** Begins every encoded value of the type. */
export const NUMBER = '\x20';
/** Begins every encoded value of the type. */
export const STRING = '\x30';
const OBJECT = '\x40';
const BINARY = '\x50';
/** Begins every encoded value of the type. */
export const OBJECT_ID = '\x58';
/** Begins every encoded value of the type. */
export const FALSE = '\x60\x00';
/** Begins every encoded value of the type. */
export const TRUE = '\x60\x01';
/** Begins every encoded value of the type. */
export const DATE = '\x68';

/** The values of one type, for comparisons that stay inside it as MongoDB's do; NaN is below every other number and apart. */
export function bracketOf(encoded: string): { low: string; high: string } {
  const tag = encoded[0]!;
  return { low: tag === NUMBER ? NUMBER + encodeDouble(Number.NEGATIVE_INFINITY) : tag, high: successor(tag) };
}

interface BsonValue extends Document {
  _bsontype?: string;
}

function encodeBson(value: BsonValue): string {
  switch (value._bsontype) {
    case undefined:
      return OBJECT + encodeObject(value);
    case 'ObjectId':
      return OBJECT_ID + latin1(value.id);
    case 'Int32':
    case 'Double':
      return NUMBER + encodeNumber(Number(value.value));
    case 'Long':
      return NUMBER + encodeInteger(value.toBigInt());
    case 'Binary':
      return encodeBinary(value.value(), value.sub_type);
    case 'BSONSymbol':
      return STRING + encodeText(value.value);
    default:
      throw unsupported(`a ${value._bsontype}`);
  }
}

/** As BSON compares sub-documents: field by field, type first, then name, then value. */
function encodeObject(value: Document): string {
  let key = '';
  for (const [name, part] of Object.entries(value)) {
    const encoded = encodeValue(part);
    key += encoded[0] + encodeText(name) + encoded.slice(1);
  }
  return `${key}\x00`;
}

function encodeBinary(bytes: Uint8Array, subtype: number): string {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length);
  head[4] = subtype;
  return BINARY + latin1(head) + latin1(bytes);
}

/** \0 ends a text; \0 and \1 inside it become \1\1 and \1\2. */
function encodeText(text: string): string {
  if (plainText.test(text)) return `${text}\x00`;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return `${bytes.replaceAll('\x01', '\x01\x02').replaceAll('\x00', '\x01\x01')}\x00`;
}
const plainText = /^[ -~]*$/;

const scratch = Buffer.alloc(8);

/** Eight bytes of a double: sign bit flipped for positives, all bits for negatives; NaN is all zero. */
function encodeDouble(value: number): string {
  if (Number.isNaN(value)) return '\x00\x00\x00\x00\x00\x00\x00\x00';
  scratch.writeDoubleBE(value === 0 ? 0 : value);
  if (scratch[0]! < 128) scratch[0]! += 128;
  else for (let at = 0; at < 8; at++) scratch[at] = 255 - scratch[at]!;
  return scratch.toString('latin1');
}

/** From 2^53 on, two bytes say how far an integer lies above its double, so that longs keep their order among doubles. */
function encodeNumber(value: number): string {
  return Math.abs(value) < 2 ** 53 || Number.isNaN(value) ? encodeDouble(value) : `${encodeDouble(value)}\x00\x00`;
}

function encodeInteger(value: bigint): string {
  let floor = Number(value);
  if (Math.abs(floor) < 2 ** 53) return encodeDouble(floor);
  if (BigInt(floor) > value) floor = previousDouble(floor);
  const above = Number(value - BigInt(floor));
  return encodeDouble(floor) + String.fromCharCode(above >> 8, above & 255);
}

function previousDouble(value: number): number {
  scratch.writeDoubleBE(value);
  scratch.writeBigInt64BE(scratch.readBigInt64BE() + (value > 0 ? -1n : 1n));
  return scratch.readDoubleBE();
}

function cut(key: string, length: number): string {
  return key.slice(0, length) + createHash('sha256').update(key, 'latin1').digest().toString('latin1', 0, 16);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.isBuffer(bytes)
    ? bytes.toString('latin1')
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function unsupported(what: string): MongoError {
  return new MongoError(
    'CannotCreateIndex',
    `Indexed fields hold null, numbers, strings, objects, binary data, ObjectIds, booleans and dates; ${what} came. Index another field, or store the value in one of these types.`,
  );
}
