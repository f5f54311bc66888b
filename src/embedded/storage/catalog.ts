import type { Transaction as LmdbTransaction } from 'lmdb';
import type { IndexSpec, Namespace } from '../contracts.js';
import type { Environment } from './environment.js';
import { type Layout, layoutOf } from './layout.js';

/** An index as stored: its specification and the id that begins its keys. */
export interface IndexRecord extends IndexSpec {
  readonly id: string;
}

/** A collection as stored. */
export interface CollectionRecord {
  readonly ns: Namespace;
  /** Begins the keys of its documents. */
  readonly id: string;
  readonly indexes: readonly IndexRecord[];
  readonly layout: Layout;
  /** The stored text; a commit compares it, so that no write misses a new index. */
  readonly text: string;
}

/** All collections as one snapshot sees them. */
export interface Catalog {
  readonly version: number;
  readonly collections: ReadonlyMap<Namespace, CollectionRecord>;
}

/** Number of the last commit and version of the catalog, as of a snapshot or of the running write. */
export interface Head {
  readonly commit: number;
  readonly catalog: number;
}

const HEAD = 'head';
const NEXT_ID = 'next';
const COLLECTION = 'c:';
const COUNTERS = 'n:';

/** Reads the head; without a transaction inside a write it sees that write. */
export function readHead({ catalog }: Environment, transaction?: LmdbTransaction): Head {
  const bytes = catalog.get(HEAD, transaction ? { transaction } : {});
  return bytes === undefined
    ? { commit: 0, catalog: 0 }
    : { commit: bytes.readDoubleLE(0), catalog: bytes.readDoubleLE(8) };
}

/** Stores the head. Only inside a write. */
export function writeHead({ catalog }: Environment, head: Head): void {
  const bytes = Buffer.alloc(16);
  bytes.writeDoubleLE(head.commit, 0);
  bytes.writeDoubleLE(head.catalog, 8);
  catalog.put(HEAD, bytes);
}

/** Reads every collection of a snapshot. */
export function readCatalog(environment: Environment, version: number, transaction?: LmdbTransaction): Catalog {
  const collections = new Map<Namespace, CollectionRecord>();
  const range = { start: COLLECTION, end: `${COLLECTION}\xff`, ...(transaction ? { transaction } : {}) };
  for (const { value } of environment.catalog.getRange(range)) {
    const record = parseCollection(value.toString('utf8'));
    collections.set(record.ns, record);
  }
  return { version, collections };
}

/** The stored text of a collection as of now. Only inside a write. */
export function currentText({ catalog }: Environment, ns: Namespace): string | undefined {
  return catalog.get(collectionKey(ns))?.toString('utf8');
}

/** Stores or removes a collection. Only inside a write. */
export function writeCollection({ catalog }: Environment, ns: Namespace, record: CollectionRecord | undefined): void {
  if (record === undefined) catalog.remove(collectionKey(ns));
  else catalog.put(collectionKey(ns), Buffer.from(record.text, 'utf8'));
}

/** Makes a record of its parts. */
export function makeCollection(ns: Namespace, id: string, indexes: readonly IndexRecord[]): CollectionRecord {
  const numbered = indexes.map(({ id: index, name, key, unique }) => ({ id: idToNumber(index), name, key, unique }));
  const layout = layoutOf(indexes);
  return { ns, id, indexes, layout, text: JSON.stringify({ ns, id: idToNumber(id), indexes: numbered }) };
}

function parseCollection(text: string): CollectionRecord {
  const stored: { ns: string; id: number; indexes: Array<IndexSpec & { id: number }> } = JSON.parse(text);
  const indexes = stored.indexes.map((index) => ({ ...index, id: numberToId(index.id) }));
  return { ns: stored.ns, id: numberToId(stored.id), indexes, layout: layoutOf(indexes), text };
}

/** Takes fresh ids for collections and indexes; ids are never used twice. Inside a write, or as one. */
export function takeIds({ root, catalog }: Environment, count: number): string[] {
  return root.transactionSync(() => {
    const next = catalog.get(NEXT_ID)?.readUInt32LE(0) ?? 1;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(next + count);
    catalog.put(NEXT_ID, bytes);
    return Array.from({ length: count }, (_, at) => numberToId(next + at));
  });
}

/** Documents of a collection and their bytes. */
export interface Counters {
  readonly count: number;
  readonly size: number;
}

/** Reads the counters of a collection. */
export function readCounters({ catalog }: Environment, id: string, transaction?: LmdbTransaction): Counters {
  const bytes = catalog.get(COUNTERS + id, transaction ? { transaction } : {});
  return bytes === undefined ? { count: 0, size: 0 } : { count: bytes.readDoubleLE(0), size: bytes.readDoubleLE(8) };
}

/** Stores or removes the counters of a collection. Only inside a write. */
export function writeCounters({ catalog }: Environment, id: string, counters: Counters | undefined): void {
  if (counters === undefined) {
    catalog.remove(COUNTERS + id);
    return;
  }
  const bytes = Buffer.alloc(16);
  bytes.writeDoubleLE(counters.count, 0);
  bytes.writeDoubleLE(counters.size, 8);
  catalog.put(COUNTERS + id, bytes);
}

function collectionKey(ns: Namespace): string {
  return COLLECTION + Buffer.from(ns, 'utf8').toString('latin1');
}

function numberToId(id: number): string {
  return String.fromCharCode((id >>> 24) & 255, (id >>> 16) & 255, (id >>> 8) & 255, id & 255);
}

function idToNumber(id: string): number {
  return Buffer.from(id, 'latin1').readUInt32BE(0);
}
