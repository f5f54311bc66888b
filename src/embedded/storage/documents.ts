import { type Document, Double, deserialize, Long, ObjectId, serialize } from 'bson';
import { MongoError } from '../errors.js';
import { elementsOf, withElementFirst } from './elements.js';
import { KeyBytes, type Place } from './key-bytes.js';
import { encodeId, shortenId } from './keys.js';
import { locate } from './layout.js';

/** A document ready to be stored, or as it is stored. */
export interface Prepared {
  readonly idKey: string;
  readonly raw: Buffer;
}

/** Largest document, as in MongoDB. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Puts `_id` first, or a new one where there is none. Bytes are taken as they are, with the types of their numbers. */
export function prepare(document: Document | Uint8Array): Prepared {
  const prepared = document instanceof Uint8Array ? prepareRaw(asBuffer(document)) : encode(document);
  if (prepared.raw.length > MOST_BYTES) {
    throw new MongoError(
      'BSONObjectTooLarge',
      `A document may have ${MOST_BYTES} bytes; this one has ${prepared.raw.length}. Split it.`,
    );
  }
  return prepared;
}

/** The key of a raw document's `_id`, or undefined where it has none. */
export function idKeyOfRaw(raw: Buffer): string | undefined {
  return idKeyAt(raw, locate(raw, ID)[0]);
}

function encode(document: Document): Prepared {
  const complete = withIdFirst(document);
  const raw = asBuffer(serialize(complete, { ignoreUndefined: true }));
  return { idKey: idKeyOf(complete._id), raw };
}

function prepareRaw(raw: Buffer): Prepared {
  const [id] = locate(raw, ID);
  const idKey = idKeyAt(raw, id);
  if (id === undefined || idKey === undefined) return encode(deserialize(raw, { promoteValues: false }));
  const start = id.start - ID_ELEMENT;
  return { idKey, raw: start === 4 ? raw : withElementFirst(raw, { start, end: id.end }) };
}

const ID = [Buffer.from('_id')];
/** Type and name before the value of an `_id`. */
const ID_ELEMENT = 5;
const UNDEFINED = 6;

/** Room for the key that is being built; nothing of it outlives the call. */
const building = new KeyBytes();

function idKeyAt(raw: Buffer, id: Place | undefined): string | undefined {
  if (id === undefined || id.type === 0 || id.type === UNDEFINED) return undefined;
  building.length = 0;
  return building.value(raw, id) ? shortenId(building.slice(0)) : idKeyOf(deserialize(raw)._id);
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

/** The document with its `_id` first, or a new one where it has none. */
export function withIdFirst(document: Document): Document {
  const [first] = Object.keys(document);
  if (first === '_id' && document._id !== undefined) return document;
  const { _id = new ObjectId(), ...rest } = document;
  return { _id, ...rest };
}

function idKeyOf(id: unknown): string {
  if (Array.isArray(id) || id instanceof RegExp) {
    throw new MongoError('InvalidIdField', "The '_id' value cannot be of type array or regex.");
  }
  return encodeId(id);
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
