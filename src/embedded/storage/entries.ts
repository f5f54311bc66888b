import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import type { CollectionRecord, IndexRecord } from './catalog.js';
import { encodeValue, HEAD_BYTES, ID_HEAD_BYTES, invert, shorten } from './keys.js';
import { EMPTY, type Entry } from './view.js';

/** Length of the ids that begin every key. */
const ID_BYTES = 4;

/** Key of a document: its collection and its encoded `_id`. */
export function documentKey(collection: CollectionRecord, idKey: string): string {
  return collection.id + idKey;
}

/** The index entry of a document. A unique key holds the `_id` as its value, any other ends with it and its length. */
export function indexEntry(index: IndexRecord, document: Document, idKey: string): Entry {
  const fields = shorten(encodeFields(index, document));
  if (index.unique) return { key: index.id + fields, value: Buffer.from(idKey, 'latin1') };
  const length = String.fromCharCode(idKey.length >> 8, idKey.length & 255);
  return { key: index.id + fields + idKey + length, value: EMPTY };
}

/** The encoded `_id` that an index entry points to. */
export function idKeyOf(index: IndexRecord, { key, value }: Entry): string {
  if (index.unique) return value.toString('latin1');
  const end = key.length - 2;
  const length = (key.charCodeAt(end) << 8) | key.charCodeAt(end + 1);
  return key.slice(end - length, end);
}

/**
 * The part of a key that was kept when it was too long, or undefined for a whole one.
 * Entries that share such a head are in the order of their hashes, not of their values.
 */
export function shortenedHead(index: IndexRecord | undefined, { key }: Entry, idKey: string): string | undefined {
  const suffix = index === undefined || index.unique ? 0 : idKey.length + 2;
  if (index !== undefined && key.length - ID_BYTES - suffix > HEAD_BYTES) return key.slice(0, ID_BYTES + HEAD_BYTES);
  if (idKey.length <= ID_HEAD_BYTES || index?.unique) return undefined;
  return index === undefined ? key.slice(0, ID_BYTES + ID_HEAD_BYTES) : key.slice(0, ID_HEAD_BYTES - suffix);
}

/** The values an index holds of a document, missing ones as null: keyValue of a duplicate key error. */
export function indexValues(index: IndexRecord, document: Document): Document {
  return Object.fromEntries(index.key.map(([path]) => [path, valueAt(document, path) ?? null]));
}

function encodeFields(index: IndexRecord, document: Document): string {
  let fields = '';
  for (const [path, direction] of index.key) {
    const encoded = encodeAt(index, document, path);
    fields += direction === 1 ? encoded : invert(encoded);
  }
  return fields;
}

function encodeAt(index: IndexRecord, document: Document, path: string): string {
  try {
    return encodeValue(valueAt(document, path));
  } catch (error) {
    if (!(error instanceof MongoError)) throw error;
    throw new MongoError('CannotCreateIndex', `Index ${index.name}, field ${path}: ${error.message}`);
  }
}

/** Walks a dotted path. An array on the way would need one key for each element, which these indexes do not have. */
function valueAt(document: Document, path: string): unknown {
  if (!path.includes('.')) return document[path];
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) return value;
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Document)[part];
  }
  return value;
}
