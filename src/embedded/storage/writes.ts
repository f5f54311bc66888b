import { deserialize } from 'bson';
import { duplicateKey } from '../errors.js';
import type { CollectionRecord, IndexRecord } from './catalog.js';
import type { Prepared } from './documents.js';
import { documentKey, IndexedFields } from './entries.js';
import type { Entry, View } from './view.js';

/** The transaction that writes. */
export interface WriteContext {
  readonly view: View;
  /** Takes the right to write a key, or throws WriteConflict. */
  lock(space: 'documents' | 'keys', key: string): void;
}

/** One document before and after; undefined where it is not there. */
export interface Write {
  readonly collection: CollectionRecord;
  readonly before: Prepared | undefined;
  readonly after: Prepared | undefined;
}

/** Lays one document and its index keys over the snapshot. Locks and checks come first: a refused write leaves nothing. */
export function writeDocument(context: WriteContext, { collection, before, after }: Write): void {
  const { view } = context;
  const idKey = before?.idKey ?? after!.idKey;
  const key = documentKey(collection, idKey);
  context.lock('documents', key);
  if (before === undefined && view.document(key) !== undefined) {
    throw duplicateKey(collection.ns, '_id_', { _id: 1 }, { _id: deserialize(after!.raw)._id });
  }
  const old = before && new IndexedFields(collection, before);
  const fresh = after && new IndexedFields(collection, after);
  const changes: Change[] = [];
  for (const index of collection.indexes) {
    const change = changeOf(index, old, fresh);
    if (change === undefined) continue;
    if (index.unique) lockUnique(context, collection, change, fresh);
    changes.push(change);
  }
  view.setDocument(key, after?.raw ?? null, before === undefined);
  for (const { index, removed, added } of changes) {
    if (removed !== undefined) view.setKey(removed.key, null, { unique: index.unique, isNew: false });
    if (added !== undefined) view.setKey(added.key, added.value, { unique: index.unique, isNew: true });
  }
}

interface Change {
  readonly index: IndexRecord;
  readonly removed: Entry | undefined;
  readonly added: Entry | undefined;
}

/** Undefined where an index does not notice the write. */
function changeOf(
  index: IndexRecord,
  before: IndexedFields | undefined,
  after: IndexedFields | undefined,
): Change | undefined {
  if (before !== undefined && after?.equals(before, index)) return undefined;
  const removed = before?.entry(index);
  const added = after?.entry(index);
  return removed !== undefined && removed.key === added?.key ? undefined : { index, removed, added };
}

function lockUnique(
  context: WriteContext,
  { ns }: CollectionRecord,
  { index, removed, added }: Change,
  after: IndexedFields | undefined,
): void {
  if (removed !== undefined) context.lock('keys', removed.key);
  if (added === undefined || after === undefined) return;
  context.lock('keys', added.key);
  if (context.view.key(added.key) !== undefined) {
    throw duplicateKey(ns, index.name, Object.fromEntries(index.key), after.values(index));
  }
}
