import { type Document, deserialize } from 'bson';
import type {
  DeleteRequest,
  FindRequest,
  Namespace,
  QueryLanguage,
  Transaction,
  UpdateRequest,
  UpdateResult,
} from '../contracts.js';
import { writeConflict } from '../errors.js';
import { type Catalog, type CollectionRecord, type Head, makeCollection, readCounters } from './catalog.js';
import type { Changes, Commits } from './commit.js';
import { asBuffer, idKeyOfRaw, prepare, retyped, withIdFirst } from './documents.js';
import { documentKey } from './entries.js';
import type { Environment } from './environment.js';
import { Reading, type Row } from './found.js';
import { encodeId } from './keys.js';
import { Blocked, type LockOwner, type Locks, type Obstacle } from './locks.js';
import type { SpareIds } from './spare-ids.js';
import type { View } from './view.js';
import { type WriteContext, writeDocument } from './writes.js';

/** What a transaction is made of. */
export interface TransactionParts {
  readonly environment: Environment;
  readonly ids: SpareIds;
  readonly language: QueryLanguage;
  readonly locks: Locks;
  readonly commits: Commits;
  readonly view: View;
  readonly head: Head;
  readonly catalog: Catalog;
  readonly multi: boolean;
}

/** One snapshot, the writes laid over it, and the locks held for them. */
export class StoreTransaction implements Transaction, LockOwner, WriteContext {
  readonly ended: Promise<void>;
  /** The lock that this statement did not get; it then has to run again. */
  obstacle: Obstacle | undefined;
  readonly view: View;
  readonly #parts: TransactionParts;
  readonly #created = new Map<Namespace, CollectionRecord>();
  readonly #touched = new Set<CollectionRecord>();
  readonly #locked: string[] = [];
  readonly #extras: Array<() => void> = [];
  readonly #commitsBefore: number;
  #end: () => void = () => {};
  #state: 'open' | 'committing' | 'ended' = 'open';

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.view = parts.view;
    this.#commitsBefore = parts.commits.done;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  find(request: FindRequest): Reading {
    const { language } = this.#parts;
    const countAll = (collection: CollectionRecord) => this.#countAll(collection);
    return new Reading(request, { view: this.view, language, collection: this.collection(request.ns), countAll });
  }

  count(request: FindRequest): number {
    return this.find(request).count();
  }

  insert(ns: Namespace, document: Document | Uint8Array): void {
    const collection = this.#collectionForWriting(ns);
    writeDocument(this, { collection, before: undefined, after: prepare(document) });
  }

  update(request: UpdateRequest): UpdateResult {
    return this.#replaceById(request) ?? this.#updateMatches(request);
  }

  /** Whole documents by `_id` are half of what an import writes: they need neither a plan nor the language. */
  #replaceById({ ns, filter, update, sort, arrayFilters }: UpdateRequest): UpdateResult | undefined {
    const { _id, ...others } = filter;
    if (typeof _id !== 'string' || Object.keys(others).length > 0 || sort || arrayFilters) return undefined;
    const idKey = encodeId(_id);
    if (!isReplacementOf(update, _id, idKey)) return undefined;
    const collection = this.collection(ns);
    const raw = collection && this.view.document(documentKey(collection, idKey));
    if (raw === undefined) return undefined;
    // Bytes say themselves of what type each number is.
    const after = prepare(update instanceof Uint8Array ? update : retyped(update, raw));
    const images = update instanceof Uint8Array ? {} : { before: deserialize(raw), after: update };
    if (after.raw.equals(raw)) return { matched: 1, modified: 0, ...images };
    writeDocument(this, { collection: this.#collectionForWriting(ns), before: { idKey, raw }, after });
    return { matched: 1, modified: 1, ...images };
  }

  #updateMatches(request: UpdateRequest): UpdateResult {
    const { ns, filter, multi, upsert, arrayFilters } = request;
    const { language } = this.#parts;
    const update = request.update instanceof Uint8Array ? deserialize(request.update) : request.update;
    const options = { ...(arrayFilters && { arrayFilters }), filter };
    const rows = this.#targets(request, multi ? 0 : 1);
    if (rows.length === 0) {
      if (!upsert) return { matched: 0, modified: 0, before: null, after: null };
      const seed = withIdFirst(language.seedUpsert(filter, update, options));
      writeDocument(this, { collection: this.#collectionForWriting(ns), before: undefined, after: prepare(seed) });
      return { matched: 0, modified: 0, upsertedId: seed._id, before: null, after: seed };
    }
    const collection = this.#collectionForWriting(ns);
    let [modified, first]: [number, { before: Document; after: Document } | undefined] = [0, undefined];
    for (const { idKey, raw, decoded } of rows) {
      const before = decoded ?? deserialize(raw);
      const changed = language.applyUpdate(before, update, options);
      first ??= { before, after: changed };
      if (changed === before) continue;
      writeDocument(this, { collection, before: { idKey, raw }, after: prepare(retyped(changed, raw)) });
      modified++;
    }
    return { matched: rows.length, modified, ...first };
  }

  delete(request: DeleteRequest): { deleted: number; before?: Document | null } {
    const rows = this.#targets(request, request.limit);
    if (rows.length === 0) return { deleted: 0, before: null };
    const collection = this.#collectionForWriting(request.ns);
    for (const before of rows) writeDocument(this, { collection, before, after: undefined });
    const [{ raw, decoded }] = rows as [Row];
    return { deleted: rows.length, before: decoded ?? deserialize(raw) };
  }

  async commit(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'committing';
    const { view, commits, head } = this.#parts;
    const created = new Set(this.#created.values());
    const changes: Changes = { view, head, touched: this.#touched, created, extras: this.#extras };
    view.close();
    try {
      if (this.#touched.size > 0 || this.#extras.length > 0) await commits.add(changes);
    } finally {
      this.#finish();
    }
  }

  abort(): void {
    if (this.#state !== 'open') return;
    this.view.close();
    this.#finish();
  }

  /** Adds a write to the commit that is not a document. */
  atCommit(write: () => void): void {
    this.#extras.push(write);
  }

  /** The collection as this transaction sees it. */
  collection(ns: Namespace): CollectionRecord | undefined {
    return this.#created.get(ns) ?? this.#parts.catalog.collections.get(ns);
  }

  /** Takes a lock, or fails: a client's transaction at once and for good, a single statement until the holder ends. */
  lock(space: 'documents' | 'keys', key: string): void {
    const { locks, multi, commits } = this.#parts;
    const holder = locks.take(key, this);
    if (holder === undefined) {
      this.#locked.push(key);
      // A commit of another transaction since the snapshot may have changed it; a single statement learns that at commit.
      if (multi && commits.done !== this.#commitsBefore && this.view.hasMoved(space, key)) throw writeConflict();
      return;
    }
    if (multi) throw writeConflict();
    this.obstacle = { key, holder };
    throw new Blocked();
  }

  #collectionForWriting(ns: Namespace): CollectionRecord {
    let collection = this.collection(ns);
    if (collection === undefined) {
      collection = makeCollection(ns, this.#parts.ids.take(), []);
      this.#created.set(ns, collection);
    }
    this.#touched.add(collection);
    return collection;
  }

  /** The documents of a write, all of them before the first is written. */
  #targets({ ns, filter, sort }: UpdateRequest | DeleteRequest, limit: number): Row[] {
    return [...this.find({ ns, filter, limit, ...(sort && { sort }) }).rows()];
  }

  #countAll(collection: CollectionRecord): number {
    const { environment, view } = this.#parts;
    return readCounters(environment, collection.id, view.snapshot).count + view.growth(collection.id);
  }

  #finish(): void {
    this.#state = 'ended';
    this.#parts.locks.release(this.#locked);
    this.#end();
  }
}

/** True for a whole document with this `_id`. */
function isReplacementOf(update: UpdateRequest['update'], id: string, idKey: string): boolean {
  if (update instanceof Uint8Array) return idKeyOfRaw(asBuffer(update)) === idKey;
  if (Array.isArray(update) || update._id !== id) return false;
  for (const name in update) if (name.startsWith('$')) return false;
  return true;
}
