import { type Document, Double, deserialize, Long, ObjectId, serialize } from 'bson';
import { MongoError } from '../errors.js';
import { elementsOf, withElementFirst } from './elements.js';
import { encodeId } from './keys.js';

/** A document ready to be stored. */
export interface Prepared {
  readonly document: Document;
  readonly idKey: string;
  readonly raw: Buffer;
}

/** Largest document, as in MongoDB. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Encodes a document with `_id` first; `raw` are its bytes where the caller has them already, and keep their types. */
export function prepare(document: Document, raw?: Uint8Array): Prepared {
  const complete = withIdFirst(document);
  const bytes = raw === undefined ? serialize(complete, { ignoreUndefined: true }) : rawWithIdFirst(raw, complete._id);
  if (bytes.length > MOST_BYTES) {
    throw new MongoError(
      'BSONObjectTooLarge',
      `A document may have ${MOST_BYTES} bytes; this one has ${bytes.length}. Split it.`,
    );
  }
  return { document: complete, idKey: idKeyOf(complete._id), raw: asBuffer(bytes) };
}

/**
 * Gives fields that an update left alone the numeric type they are stored in (a double 1.0 stays a double):
 * decoded numbers alone do not tell int, long and double apart.
 */
export function retyped(document: Document, raw: Buffer): Document {
  if (!mayHoldTypedNumbers(raw)) return document;
  return retypeFields(document, deserialize(raw, { promoteValues: false }));
}

/** Looks at the types of the top level alone, which is far cheaper than decoding; says yes when it cannot tell. */
function mayHoldTypedNumbers(raw: Buffer): boolean {
  for (const { type } of elementsOf(raw)) if (TYPED.has(type)) return true;
  return false;
}

/** Doubles and longs, and objects and arrays that may hold them. */
const TYPED = new Set([1, 3, 4, 18]);

/** Moves the bytes of `_id` to the front, or puts there those of the one it was given. */
function rawWithIdFirst(raw: Uint8Array, id: unknown): Buffer {
  const bytes = asBuffer(raw);
  for (const element of elementsOf(bytes)) {
    if (element.name === '_id') return element.start === 4 ? bytes : withElementFirst(bytes, element);
  }
  return withElementFirst(bytes, asBuffer(serialize({ _id: id })).subarray(4, -1));
}

function retypeFields(document: Document, stored: Document): Document {
  const typed: Document = {};
  for (const [name, value] of Object.entries(document)) typed[name] = retype(value, stored[name]);
  return typed;
}

function retype(value: unknown, stored: unknown): unknown {
  if (stored === undefined || stored === null) return value;
  if (typeof value === 'number') {
    if (stored instanceof Double && Object.is(stored.value, value)) return stored;
    if (stored instanceof Long && stored.toNumber() === value) return stored;
    return value;
  }
  if (Array.isArray(value) && Array.isArray(stored)) return value.map((item, at) => retype(item, stored[at]));
  if (isPlain(value) && isPlain(stored)) return retypeFields(value, stored);
  return value;
}

function isPlain(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function withIdFirst(document: Document): Document {
  const [first] = Object.keys(document);
  if (first === '_id' && document._id !== undefined) return document;
  const { _id = new ObjectId(), ...rest } = document;
  return { _id, ...rest };
}

function idKeyOf(id: unknown): string {
  if (Array.isArray(id) || id instanceof RegExp) {
    throw new MongoError('BadValue', 'An _id is not an array or a regular expression; give another type.');
  }
  return encodeId(id);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
