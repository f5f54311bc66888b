import { type Document, deserialize } from 'bson';
import { MongoError } from '../errors.js';
import type { CollectionRecord, IndexRecord } from './catalog.js';
import { KeyBytes, type Place } from './key-bytes.js';
import { encodeValue, HEAD_BYTES, ID_HEAD_BYTES, shorten } from './keys.js';
import { type Layout, locate } from './layout.js';
import { EMPTY, type Entry } from './view.js';

/** Length of the ids that begin every key. */
const ID_BYTES = 4;

/** Key of a document: its collection and its encoded `_id`. */
export function documentKey(collection: CollectionRecord, idKey: string): string {
  return collection.id + idKey;
}

/** The indexed fields of a document, taken from its bytes; it is decoded only for values that are not usual in keys. */
export class IndexedFields {
  readonly #layout: Layout;
  readonly #raw: Buffer;
  readonly #idKey: string;
  readonly #places: readonly Place[];
  #decoded: Document | undefined;

  constructor({ layout }: CollectionRecord, document: { readonly raw: Buffer; readonly idKey: string }) {
    this.#layout = layout;
    this.#raw = document.raw;
    this.#idKey = document.idKey;
    this.#places = locate(document.raw, layout.names);
  }

  /** The entry of an index. A unique key holds the `_id` as its value, any other ends with it and its length. */
  entry(index: IndexRecord): Entry {
    const slots = this.#slotsOf(index);
    building.length = 0;
    building.latin1(index.id);
    for (let at = 0; at < slots.length; at++) {
      const [path, direction] = index.key[at]!;
      const from = building.length;
      const place = this.#places[slots[at]!];
      if (place === undefined || !building.value(this.#raw, place)) building.latin1(this.#encodeAt(index, path));
      if (direction === -1) building.invertFrom(from);
    }
    if (building.length - ID_BYTES > HEAD_BYTES) {
      const fields = shorten(building.slice(ID_BYTES));
      building.length = ID_BYTES;
      building.latin1(fields);
    }
    if (index.unique) return { key: building.slice(0), value: Buffer.from(this.#idKey, 'latin1') };
    building.latin1(this.#idKey);
    building.uint16(this.#idKey.length);
    return { key: building.slice(0), value: EMPTY };
  }

  /** True when both documents have the same bytes in every field of an index. */
  equals(other: IndexedFields, index: IndexRecord): boolean {
    return this.#slotsOf(index).every((slot) => {
      const [a, b] = [this.#places[slot], other.#places[slot]];
      return a !== undefined && b !== undefined && a.type === b.type && isSame(this.#raw, a, other.#raw, b);
    });
  }

  /** The values an index holds, missing ones as null: keyValue of a duplicate key error. */
  values(index: IndexRecord): Document {
    return Object.fromEntries(index.key.map(([path]) => [path, valueAt(this.#document(), path) ?? null]));
  }

  #slotsOf({ id, name }: IndexRecord): readonly number[] {
    const slots = this.#layout.slots.get(id);
    if (slots === undefined) throw new Error(`The layout knows nothing of index ${name}.`);
    return slots;
  }

  #encodeAt(index: IndexRecord, path: string): string {
    try {
      return encodeValue(valueAt(this.#document(), path));
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      throw new MongoError('CannotCreateIndex', `Index ${index.name}, field ${path}: ${error.message}`);
    }
  }

  #document(): Document {
    this.#decoded ??= deserialize(this.#raw);
    return this.#decoded;
  }
}

/** Room for the key that is being built; nothing of it outlives the call. */
const building = new KeyBytes();

function isSame(a: Buffer, { start, end }: Place, b: Buffer, other: Place): boolean {
  const length = end - start;
  if (other.end - other.start !== length) return false;
  for (let at = 0; at < length; at++) if (a[start + at] !== b[other.start + at]) return false;
  return true;
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
