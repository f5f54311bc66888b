import type { Document } from 'bson';

/**
 * The seams inside the embedded server. Three parts meet here and know nothing else of each other:
 *
 * - `query/`   the language: filters, projections, sorts, updates and pipelines over plain documents
 * - `storage/` the data: lmdb, index keys, the planner, transactions
 * - `wire/`    the protocol: framing, sessions, cursors and one function per command
 */

/** A namespace: database and collection, `db.collection`. */
export type Namespace = string;

/** Key pattern of an index, in order: 1 rises, -1 falls. */
export type KeyPattern = ReadonlyArray<readonly [path: string, direction: 1 | -1]>;

/** One index of a collection, as `createIndexes` made it. */
export interface IndexSpec {
  readonly name: string;
  readonly key: KeyPattern;
  readonly unique: boolean;
}

/** Sort order of a find: path and direction, in order. */
export type SortSpec = KeyPattern;

/** What a read asks of storage. Everything is optional but the namespace. */
export interface FindRequest {
  readonly ns: Namespace;
  readonly filter?: Document;
  readonly sort?: Document;
  readonly skip?: number;
  readonly limit?: number;
  readonly hint?: string | Document;
}

/** How a read was answered; `explain` prints it and tests assert it. */
export interface Plan {
  /** COLLSCAN, IDHACK, IXSCAN, SORT_MERGE (union of index ranges) or EOF. */
  readonly stage: 'COLLSCAN' | 'IDHACK' | 'IXSCAN' | 'SORT_MERGE' | 'EOF';
  readonly indexName?: string;
  readonly keyPattern?: Document;
  /** True when the order does not come from the index and rows are sorted in memory. */
  readonly blockingSort: boolean;
  /** True when the answer needs no look at the documents (count on an index alone). */
  readonly covered: boolean;
}

/** A cursor over matching documents, already filtered, sorted, skipped and limited; decoded freshly, so the caller may mutate. */
export interface Found extends Iterable<Document> {
  readonly plan: Plan;
  /** Keys and documents looked at so far. */
  readonly examined: { keys: number; docs: number };
  /** The same documents as stored BSON, for readers that only pass them on; absent when storage cannot hand them out raw. */
  readonly raw?: () => Iterable<Uint8Array>;
}

/** Result of one write of documents. */
export interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
  /** The document before and after, for findAndModify (first match only). */
  readonly before?: Document | null;
  readonly after?: Document | null;
}

/** One update statement: as `update` and `findAndModify` send it. */
export interface UpdateRequest {
  readonly ns: Namespace;
  readonly filter: Document;
  /** Operators, a replacement document (or its bytes) or a pipeline. */
  readonly update: Document | Document[] | Uint8Array;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly sort?: Document;
  readonly arrayFilters?: Document[];
}

/** One delete statement. */
export interface DeleteRequest {
  readonly ns: Namespace;
  readonly filter: Document;
  /** 0 deletes every match. */
  readonly limit: 0 | 1;
  readonly sort?: Document;
}

/**
 * A unit of work over one lmdb snapshot plus an overlay of its own writes.
 * Its reads never move; its writes are seen by nobody before `commit`.
 */
export interface Transaction {
  find(request: FindRequest): Found;
  /** Number of matches; served from index keys alone where the filter allows. */
  count(request: FindRequest): number;
  /** Inserts one document, or valid bytes of one; throws E11000 (11000). A missing `_id` gets an ObjectId. */
  insert(ns: Namespace, document: Document | Uint8Array): void;
  update(request: UpdateRequest): UpdateResult;
  delete(request: DeleteRequest): { deleted: number; before?: Document | null };
  /**
   * Makes the writes durable and visible in one lmdb `transactionSync`; resolves when they are on disk.
   * Throws WriteConflict (112, TransientTransactionError) when a document read for writing has changed since the snapshot.
   */
  commit(): Promise<void>;
  abort(): void;
}

/** The whole data directory. */
export interface Storage {
  /**
   * `multi: true` is a client's transaction (a write against a document locked by another fails at once with 112);
   * otherwise a single statement, which waits for the lock and retries.
   */
  begin(options: { multi: boolean }): Transaction;
  /** Runs one statement in its own transaction, waiting for locks and retrying conflicts; commits of one turn are joined. */
  run<T>(work: (transaction: Transaction) => T): Promise<T>;

  createCollection(ns: Namespace): Promise<boolean>;
  createIndexes(ns: Namespace, indexes: IndexSpec[]): Promise<{ before: number; after: number; created: boolean }>;
  dropIndexes(ns: Namespace, names: string[] | '*'): Promise<number>;
  drop(ns: Namespace): Promise<boolean>;
  dropDatabase(db: string): Promise<void>;
  collections(db: string): string[];
  indexes(ns: Namespace): IndexSpec[] | undefined;
  databases(): string[];
  stats(ns: Namespace): { count: number; size: number; storageSize: number };

  /** Replies of retryable writes and finished transactions, by session and number, durable with the write itself. */
  readonly replies: RetryableReplies;
  close(): Promise<void>;
}

/** Remembers the reply of the last numbered write of each session, so that a resend is answered and not applied. */
export interface RetryableReplies {
  read(sessionId: string, txnNumber: bigint): Document | undefined;
  /** Puts the reply into the same commit as the writes of this transaction. */
  write(transaction: Transaction, sessionId: string, txnNumber: bigint, reply: Document): void;
}

/** The language, over plain documents. Every function throws MongoError with MongoDB's own code for what it does not know. */
export interface QueryLanguage {
  /** Compiles a filter once; the result is called per document. `variables` serve `$expr` inside `$lookup` (let). */
  compileFilter(filter: Document, variables?: Document): (document: Document) => boolean;
  /** Projects with MongoDB's field order: inclusion follows the document with `_id` first. */
  compileProjection(projection: Document): (document: Document) => Document;
  /** MongoDB's order across types, missing = null. */
  compileSort(sort: Document): (a: Document, b: Document) => number;
  /** BSON comparison of two values. */
  compare(a: unknown, b: unknown): number;
  /**
   * Applies operators, a replacement or a pipeline to a copy; answers the new document, or the same object when nothing changed.
   * `_id` may not change (66).
   */
  applyUpdate(document: Document, update: Document | Document[], options: UpdateOptions): Document;
  /** The document an upsert inserts: equality parts of the filter, then the update with `$setOnInsert`. */
  seedUpsert(filter: Document, update: Document | Document[], options: UpdateOptions): Document;
  /**
   * Runs a pipeline. Leading `$match`, `$sort`, `$skip`, `$limit` and `$count` are handed to `read` / `count` so that they use indexes;
   * `$lookup` with let + pipeline does the same for each input document.
   */
  aggregate(request: AggregateRequest): Iterable<Document>;
}

/** Options of an update. */
export interface UpdateOptions {
  /** Refused when there are any: no path takes them. */
  readonly arrayFilters?: Document[];
}

/** One aggregation and the reads it may do. */
export interface AggregateRequest {
  readonly ns: Namespace;
  readonly pipeline: Document[];
  readonly find: (request: FindRequest) => Found;
  readonly count: (request: FindRequest) => number;
}
