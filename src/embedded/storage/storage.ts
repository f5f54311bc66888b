import type { IndexSpec, Namespace, QueryLanguage, Storage, Transaction } from '../contracts.js';
import { MongoError } from '../errors.js';
import { type Catalog, readCatalog, readCounters, readHead } from './catalog.js';
import { Commits } from './commit.js';
import { closeEnvironment, type Environment } from './environment.js';
import { Blocked, Locks } from './locks.js';
import { StoredReplies } from './replies.js';
import { Schema } from './schema.js';
import type { SpareIds } from './spare-ids.js';
import { StoreTransaction } from './transaction.js';
import { View } from './view.js';

/** The data directory as one process uses it: others may use it at the same time. */
export class LmdbStorage implements Storage {
  readonly replies: StoredReplies;
  readonly #environment: Environment;
  readonly #ids: SpareIds;
  readonly #language: QueryLanguage;
  readonly #locks = new Locks();
  readonly #commits: Commits;
  readonly #schema: Schema;
  readonly #open = new Set<StoreTransaction>();
  #catalog: Catalog = { version: -1, collections: new Map() };
  #isClosed = false;

  constructor(parts: { environment: Environment; ids: SpareIds; language: QueryLanguage; now: () => number }) {
    const { environment, ids, language, now } = parts;
    this.#environment = environment;
    this.#ids = ids;
    this.#language = language;
    this.#commits = new Commits(environment);
    this.#schema = new Schema(environment);
    this.replies = new StoredReplies(environment, now);
  }

  /** Number of times that commits of this process were written to disk. */
  get diskWrites(): number {
    return this.#commits.done;
  }

  begin({ multi }: { multi: boolean }): StoreTransaction {
    if (this.#isClosed) throw new MongoError('ShutdownInProgress', 'The store is closed; open it again.');
    const view = new View(this.#environment);
    const head = readHead(this.#environment, view.snapshot);
    const parts = {
      environment: this.#environment,
      ids: this.#ids,
      language: this.#language,
      locks: this.#locks,
    };
    const catalog = this.#catalogOf(view, head.catalog);
    const transaction = new StoreTransaction({ ...parts, commits: this.#commits, view, head, catalog, multi });
    this.#open.add(transaction);
    void transaction.ended.then(() => this.#open.delete(transaction));
    return transaction;
  }

  async run<T>(work: (transaction: Transaction) => T): Promise<T> {
    let leaveQueue: (() => void) | undefined;
    try {
      for (let attempt = 0; ; attempt++) {
        const transaction = this.begin({ multi: false });
        try {
          const result = work(transaction);
          // The work may have taken the conflict for an answer; what it did is thrown away all the same.
          if (transaction.obstacle !== undefined) throw new Blocked();
          await transaction.commit();
          return result;
        } catch (error) {
          transaction.abort();
          const { obstacle } = transaction;
          if (obstacle !== undefined && leaveQueue !== undefined) await obstacle.holder.ended;
          else if (obstacle !== undefined) leaveQueue = await this.#locks.queue(obstacle);
          else if (error instanceof MongoError && error.codeName === 'WriteConflict') await pause(attempt);
          else throw error;
        }
      }
    } finally {
      leaveQueue?.();
    }
  }

  async createCollection(ns: Namespace): Promise<boolean> {
    return this.#schema.createCollection(ns);
  }

  async createIndexes(
    ns: Namespace,
    indexes: IndexSpec[],
  ): Promise<{ before: number; after: number; created: boolean }> {
    return this.#schema.createIndexes(ns, indexes);
  }

  async dropIndexes(ns: Namespace, names: string[] | '*'): Promise<number> {
    return this.#schema.dropIndexes(ns, names);
  }

  async drop(ns: Namespace): Promise<boolean> {
    return this.#schema.drop(ns);
  }

  async dropDatabase(db: string): Promise<void> {
    await this.#schema.dropDatabase(db);
  }

  collections(db: string): string[] {
    const names = [...this.#current().collections.keys()].filter((ns) => ns.startsWith(`${db}.`));
    return names.map((ns) => ns.slice(db.length + 1)).sort();
  }

  indexes(ns: Namespace): IndexSpec[] | undefined {
    const record = this.#current().collections.get(ns);
    if (record === undefined) return undefined;
    const id: IndexSpec = { name: '_id_', key: [['_id', 1]], unique: true };
    return [id, ...record.indexes.map(({ name, key, unique }) => ({ name, key, unique }))];
  }

  databases(): string[] {
    const names = [...this.#current().collections.keys()].map((ns) => ns.slice(0, ns.indexOf('.')));
    return [...new Set(names)].sort();
  }

  stats(ns: Namespace): { count: number; size: number; storageSize: number } {
    const record = this.#current().collections.get(ns);
    if (record === undefined) return { count: 0, size: 0, storageSize: 0 };
    const { count, size } = readCounters(this.#environment, record.id);
    return { count, size, storageSize: size };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.flush();
    for (const transaction of this.#open) transaction.abort();
    await this.#ids.settled();
    await closeEnvironment(this.#environment);
  }

  /** The catalog as of now. */
  #current(): Catalog {
    this.#environment.root.resetReadTxn();
    const { catalog } = readHead(this.#environment);
    if (catalog !== this.#catalog.version) this.#catalog = readCatalog(this.#environment, catalog);
    return this.#catalog;
  }

  #catalogOf({ snapshot }: View, version: number): Catalog {
    if (version !== this.#catalog.version) this.#catalog = readCatalog(this.#environment, version, snapshot);
    return this.#catalog;
  }
}

/** Other processes won; the first tries come at once, later ones spread out. */
function pause(attempt: number): Promise<void> {
  const milliseconds = attempt < 3 ? 0 : Math.random() * Math.min(attempt, 20);
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
