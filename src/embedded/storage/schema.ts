import { ABORT } from 'lmdb';
import type { IndexSpec, Namespace } from '../contracts.js';
import { duplicateKey, MongoError } from '../errors.js';
import {
  type CollectionRecord,
  type IndexRecord,
  makeCollection,
  readCatalog,
  readHead,
  takeIds,
  writeCollection,
  writeCounters,
  writeHead,
} from './catalog.js';
import { IndexedFields } from './entries.js';
import type { Environment, Store } from './environment.js';
import { successor } from './keys.js';

/** Changes of collections and indexes: each is one lmdb write of its own, seen at once by every process. */
export class Schema {
  readonly #environment: Environment;
  #hasChanged = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Answers false when the collection is there already. */
  createCollection(ns: Namespace): Promise<boolean> {
    return this.#change((collections) => {
      if (collections.has(ns)) return false;
      this.#store(makeCollection(ns, this.#takeId(), []));
      return true;
    });
  }

  /** Makes indexes over the documents that are there; the same index again changes nothing. */
  createIndexes(
    ns: Namespace,
    specs: readonly IndexSpec[],
  ): Promise<{ before: number; after: number; created: boolean }> {
    return this.#change((collections) => {
      const known = collections.get(ns);
      const record = known ?? makeCollection(ns, this.#takeId(), []);
      const added: IndexRecord[] = [];
      for (const spec of specs) {
        if (isIdIndex(spec) || isThere(spec, [...record.indexes, ...added])) continue;
        const index = { ...spec, id: this.#takeId() };
        this.#fill(record, index);
        added.push(index);
      }
      const indexes = [...record.indexes, ...added];
      if (known === undefined || added.length > 0) this.#store(makeCollection(ns, record.id, indexes));
      return { before: record.indexes.length + 1, after: indexes.length + 1, created: known === undefined };
    });
  }

  /** Drops indexes by name, or all but that on `_id`; answers how many there were. */
  dropIndexes(ns: Namespace, names: readonly string[] | '*'): Promise<number> {
    return this.#change((collections) => {
      const record = collections.get(ns);
      if (record === undefined) throw new MongoError('NamespaceNotFound', `ns not found: ${ns}`);
      if (names !== '*') for (const name of names) assertDroppable(record, name);
      const [dropped, kept] = partition(record.indexes, ({ name }) => names === '*' || names.includes(name));
      for (const { id } of dropped) clear(this.#environment.keys, id);
      this.#store(makeCollection(ns, record.id, kept));
      return record.indexes.length + 1;
    });
  }

  /** Drops a collection with its documents and indexes; answers false when there is none. */
  drop(ns: Namespace): Promise<boolean> {
    return this.#change((collections) => {
      const record = collections.get(ns);
      if (record !== undefined) this.#remove(record);
      return record !== undefined;
    });
  }

  /** Drops every collection of a database. */
  dropDatabase(db: string): Promise<void> {
    return this.#change((collections) => {
      for (const record of collections.values()) if (record.ns.startsWith(`${db}.`)) this.#remove(record);
    });
  }

  /** Runs in one lmdb write, which is given up when nothing is to be stored. */
  async #change<T>(work: (collections: ReadonlyMap<Namespace, CollectionRecord>) => T): Promise<T> {
    const done: { result?: T } = {};
    const { root, gate } = this.#environment;
    const write = () => {
      const head = readHead(this.#environment);
      this.#hasChanged = false;
      done.result = work(readCatalog(this.#environment, head.catalog).collections);
      if (!this.#hasChanged) return ABORT;
      writeHead(this.#environment, { commit: head.commit + 1, catalog: head.catalog + 1 });
      return undefined;
    };
    await gate.enter(() => root.transactionSync(write));
    return done.result as T;
  }

  #store(record: CollectionRecord): void {
    this.#hasChanged = true;
    writeCollection(this.#environment, record.ns, record);
  }

  #takeId(): string {
    return takeIds(this.#environment, 1)[0]!;
  }

  #fill({ ns, id }: CollectionRecord, index: IndexRecord): void {
    const { documents, keys } = this.#environment;
    const target = makeCollection(ns, id, [index]);
    for (const { key, value } of documents.getRange({ start: id, end: successor(id) })) {
      const fields = new IndexedFields(target, { raw: value, idKey: key.slice(id.length) });
      const entry = fields.entry(index);
      if (index.unique && keys.get(entry.key) !== undefined) {
        throw duplicateKey(ns, index.name, Object.fromEntries(index.key), fields.values(index));
      }
      keys.put(entry.key, entry.value);
    }
  }

  #remove({ ns, id, indexes }: CollectionRecord): void {
    this.#hasChanged = true;
    for (const index of indexes) clear(this.#environment.keys, index.id);
    clear(this.#environment.documents, id);
    writeCounters(this.#environment, id, undefined);
    writeCollection(this.#environment, ns, undefined);
  }
}

/** True for an index that is there already in just this form; fails for one of the same name or key in another form. */
function isThere(spec: IndexSpec, indexes: readonly IndexRecord[]): boolean {
  const pattern = JSON.stringify(spec.key);
  const named = indexes.find(({ name }) => name === spec.name);
  const alike = indexes.find(({ key }) => JSON.stringify(key) === pattern);
  if (named !== undefined && named === alike && named.unique === spec.unique) return true;
  if (named !== undefined) {
    const message = `An index named ${spec.name} exists with another key or other options; drop it or take another name.`;
    throw new MongoError('IndexKeySpecsConflict', message);
  }
  if (alike !== undefined) {
    const message = `Index already exists with a different name: ${alike.name}; drop it, or use that name with its options.`;
    throw new MongoError('IndexOptionsConflict', message);
  }
  return false;
}

function isIdIndex({ key }: IndexSpec): boolean {
  return key.length === 1 && key[0]?.[0] === '_id';
}

function assertDroppable({ ns, indexes }: CollectionRecord, name: string): void {
  if (name === '_id_') throw new MongoError('InvalidOptions', 'cannot drop _id index');
  if (indexes.some((index) => index.name === name)) return;
  throw new MongoError('IndexNotFound', `index not found with name [${name}] in ${ns}`);
}

function clear(store: Store, prefix: string): void {
  for (const key of [...store.getKeys({ start: prefix, end: successor(prefix) })]) store.remove(key);
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
