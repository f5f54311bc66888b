import type { Transaction as LmdbTransaction } from 'lmdb';
import sortedBtree from 'sorted-btree';
import { MongoError } from '../errors.js';
import type { Environment, Store } from './environment.js';

/** A stretch of keys: from `low` on, before `high`. */
export interface Range {
  readonly low: string;
  readonly high: string;
}

/** One key and its bytes (empty where only keys were asked for). */
export interface Entry {
  readonly key: string;
  readonly value: Buffer;
}

/** What this transaction did to a key: new bytes or null for removed, and what the snapshot holds there. */
export interface Written<Base> {
  value: Buffer | null;
  readonly base: Base | undefined;
  /** True when the base must still be so at commit: documents and unique keys. */
  readonly checked: boolean;
}

/** What the snapshot holds for a document. */
export interface DocumentBase {
  readonly version: number;
  readonly size: number;
}

/** The writes of one transaction in key order, over one of the two key spaces. */
export type Overlay<Base> = sortedBtree.default<string, Written<Base>>;

// Node hands out the module of a CommonJS package, test runners its default already.
const BTree = 'default' in sortedBtree ? sortedBtree.default : sortedBtree;

/** No bytes. */
export const EMPTY = Buffer.alloc(0);

/** Keys that say all by being there: most of what a transaction writes, so they share their two states. */
const ADDED: Written<Buffer> = { value: EMPTY, base: undefined, checked: false };
const REMOVED: Written<Buffer> = { value: null, base: undefined, checked: false };

/** What one transaction sees: an lmdb snapshot, and its own writes laid over it. */
export class View {
  readonly documents: Overlay<DocumentBase> = new BTree(undefined, compareKeys);
  readonly keys: Overlay<Buffer> = new BTree(undefined, compareKeys);
  readonly snapshot: LmdbTransaction;
  readonly #environment: Environment;
  readonly #open = new Set<Iterator<unknown>>();
  #closed = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    // The shared reader of this turn may be older than the last commit of another process.
    environment.root.resetReadTxn();
    this.snapshot = environment.root.useReadTransaction();
  }

  /** The raw document at a key. */
  document(key: string): Buffer | undefined {
    this.#assertOpen();
    const written = this.documents.size > 0 ? this.documents.get(key) : undefined;
    if (written !== undefined) return written.value ?? undefined;
    return this.#environment.documents.get(key, { transaction: this.snapshot });
  }

  /** What a key of an index holds. */
  key(key: string): Buffer | undefined {
    this.#assertOpen();
    const written = this.keys.size > 0 ? this.keys.get(key) : undefined;
    if (written !== undefined) return written.value ?? undefined;
    return this.#environment.keys.get(key, { transaction: this.snapshot });
  }

  /** Lays a document over the snapshot; null removes it. `isNew` tells that `document` found nothing. */
  setDocument(key: string, value: Buffer | null, isNew: boolean): void {
    if (isNew && this.documents.setIfNotPresent(key, { value, base: undefined, checked: true })) return;
    const written = this.documents.get(key);
    if (written !== undefined) written.value = value;
    else this.documents.set(key, { value, base: this.#documentBase(key), checked: true });
  }

  /** Lays a key of an index over the snapshot; null removes it. Only unique keys need to know what was there. */
  setKey(key: string, value: Buffer | null, options: { unique: boolean; isNew: boolean }): void {
    const { unique, isNew } = options;
    if (!unique) {
      this.keys.set(key, value === null ? REMOVED : ADDED);
      return;
    }
    if (isNew && this.keys.setIfNotPresent(key, { value, base: undefined, checked: true })) return;
    const written = this.keys.get(key);
    if (written !== undefined) written.value = value;
    else {
      const base = this.#environment.keys.get(key, { transaction: this.snapshot });
      this.keys.set(key, { value, base, checked: true });
    }
  }

  /** Keys in order, from the snapshot and the overlay together. Writes made while it runs may or may not be seen. */
  *scan(space: 'documents' | 'keys', range: Range, options: { reverse: boolean; values: boolean }): Generator<Entry> {
    const overlay: Overlay<unknown> = this[space];
    const { reverse } = options;
    const base = this.#iterate(this.#environment[space], range, options);
    const isBefore = reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
    let stored = base.next();
    let own = this.#nextOwn(overlay, range, reverse, undefined);
    try {
      while (!stored.done || own !== undefined) {
        if (own === undefined || (!stored.done && isBefore(stored.value.key, own[0]))) {
          if (stored.done) return;
          yield stored.value;
          this.#assertOpen();
          stored = base.next();
          continue;
        }
        const [key, { value }] = own;
        if (!stored.done && stored.value.key === key) stored = base.next();
        if (value !== null) yield { key, value };
        this.#assertOpen();
        own = this.#nextOwn(overlay, range, reverse, key);
      }
    } finally {
      base.return?.();
      this.#open.delete(base);
    }
  }

  /** Number of keys in a range, counted without reading them one by one. */
  count(space: 'documents' | 'keys', range: Range): number {
    this.#assertOpen();
    const store = this.#environment[space];
    const transaction = this.snapshot;
    let count = store.getKeysCount({ start: range.low, end: range.high, transaction });
    const overlay: Overlay<unknown> = this[space];
    for (let own = this.#nextOwn(overlay, range, false, undefined); own; ) {
      const stored = store.get(own[0], { transaction }) !== undefined;
      count += (own[1].value === null ? 0 : 1) - (stored ? 1 : 0);
      own = this.#nextOwn(overlay, range, false, own[0]);
    }
    return count;
  }

  /** Documents of a collection added less those removed by this transaction. */
  growth(prefix: string): number {
    let growth = 0;
    this.documents.forRange(prefix, `${prefix}\xff`, false, (_key, { value, base }) => {
      growth += (value === null ? 0 : 1) - (base === undefined ? 0 : 1);
    });
    return growth;
  }

  /** True when the latest commit has something else at a key than the snapshot. */
  hasMoved(space: 'documents' | 'keys', key: string): boolean {
    const store = this.#environment[space];
    const now = store.getEntry(key);
    const then = store.getEntry(key, { transaction: this.snapshot });
    if (now === undefined || then === undefined) return now !== then;
    return now.version !== then.version || !now.value.equals(then.value);
  }

  /** Gives the snapshot back. Scans still open end with an error, never with a short answer. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const iterator of this.#open) iterator.return?.();
    this.#open.clear();
    this.snapshot.done();
  }

  #documentBase(key: string): DocumentBase | undefined {
    const entry = this.#environment.documents.getEntry(key, { transaction: this.snapshot });
    return entry === undefined ? undefined : { version: entry.version ?? 0, size: entry.value.length };
  }

  #iterate(store: Store, { low, high }: Range, { reverse, values }: { reverse: boolean; values: boolean }) {
    this.#assertOpen();
    const transaction = this.snapshot;
    const bounds = reverse
      ? { start: high, end: low, reverse, exclusiveStart: true, inclusiveEnd: true }
      : { start: low, end: high };
    const iterator: Iterator<Entry> = values
      ? store.getRange({ ...bounds, transaction })[Symbol.iterator]()
      : bareKeys(store.getKeys({ ...bounds, transaction })[Symbol.iterator]());
    this.#open.add(iterator);
    return iterator;
  }

  /** Steps by key and not by iterator, because the tree may change between two steps. */
  #nextOwn(overlay: Overlay<unknown>, { low, high }: Range, reverse: boolean, after: string | undefined) {
    if (overlay.size === 0) return undefined;
    if (reverse) {
      const pair = overlay.nextLowerPair(after ?? high);
      return pair !== undefined && pair[0] >= low ? pair : undefined;
    }
    const pair = after === undefined ? overlay.getPairOrNextHigher(low) : overlay.nextHigherPair(after);
    return pair !== undefined && pair[0] < high ? pair : undefined;
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new MongoError('NoSuchTransaction', 'This transaction has ended; its reads cannot go on. Start a new one.');
    }
  }
}

/** Byte order. */
function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bareKeys(keys: Iterator<string>): Iterator<Entry> {
  return {
    next() {
      const { done, value } = keys.next();
      return done ? { done, value: undefined } : { done: false, value: { key: value, value: EMPTY } };
    },
    return() {
      keys.return?.();
      return { done: true, value: undefined };
    },
  };
}
