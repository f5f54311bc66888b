import { ABORT } from 'lmdb';
import { writeConflict } from '../errors.js';
import {
  type CollectionRecord,
  currentText,
  type Head,
  readCounters,
  readHead,
  writeCollection,
  writeCounters,
  writeHead,
} from './catalog.js';
import type { Environment } from './environment.js';
import type { View } from './view.js';

/** What a transaction hands over to be made durable. */
export interface Changes {
  readonly view: View;
  /** Head of the snapshot the changes were made on. */
  readonly head: Head;
  /** Collections written to, as the snapshot had them. */
  readonly touched: ReadonlySet<CollectionRecord>;
  /** Those of them that do not exist yet. */
  readonly created: ReadonlySet<CollectionRecord>;
  /** Further writes of the same commit (replies of retryable writes). */
  readonly extras: ReadonlyArray<() => void>;
}

const READER_CHECK_MS = 10_000;

interface Waiting {
  readonly changes: Changes;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Joins the commits of one turn of the event loop into one lmdb write: one wait for the disk serves all of them. */
export class Commits {
  readonly #environment: Environment;
  /** Number of lmdb writes so far; tells whether anything has changed. */
  done = 0;
  #waiting: Waiting[] = [];
  #readersCheckedAt = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Resolves when the changes are on disk; rejects with WriteConflict when somebody else changed the same things first. */
  add(changes: Changes): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.flush());
      this.#waiting.push({ changes, resolve, reject });
    });
  }

  /** Commits whatever waits as soon as no other process writes; resolves when it is on disk or rejected. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) await this.#environment.gate.enter(() => this.#write());
  }

  #write(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const conflicts = new Set<Waiting>();
    this.#forgetDeadReaders();
    try {
      this.#environment.root.transactionSync(() => {
        const found = readHead(this.#environment);
        let head = { commit: found.commit + 1, catalog: found.catalog };
        for (const waiting of batch) {
          const { changes } = waiting;
          if (isCurrent(this.#environment, changes, found)) head = write(this.#environment, changes, head);
          else conflicts.add(waiting);
        }
        if (conflicts.size === batch.length) return ABORT;
        writeHead(this.#environment, head);
        return undefined;
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    this.done++;
    for (const waiting of batch) {
      if (conflicts.has(waiting)) waiting.reject(writeConflict());
      else waiting.resolve();
    }
  }

  /** A process that was killed while reading would hold on to its snapshot, and the file would grow and grow. */
  #forgetDeadReaders(): void {
    const now = Date.now();
    if (now - this.#readersCheckedAt < READER_CHECK_MS) return;
    this.#readersCheckedAt = now;
    this.#environment.root.readerCheck();
  }
}

/** True when everything that the transaction wrote still is as its snapshot had it. */
function isCurrent(environment: Environment, { view, head, touched, created }: Changes, found: Head): boolean {
  for (const record of touched) {
    const expected = created.has(record) ? undefined : record.text;
    if (currentText(environment, record.ns) !== expected) return false;
  }
  // Nobody committed since the snapshot; inside this batch the locks keep transactions apart.
  if (head.commit === found.commit) return true;
  for (const [key, { base }] of view.documents.entries()) {
    if (environment.documents.getEntry(key)?.version !== base?.version) return false;
  }
  for (const [key, { base, checked }] of view.keys.entries()) {
    if (!checked) continue;
    const current = environment.keys.get(key);
    if (current === undefined || base === undefined ? current !== base : !current.equals(base)) return false;
  }
  return true;
}

function write(environment: Environment, { view, touched, created, extras }: Changes, head: Head): Head {
  const { documents, keys } = environment;
  for (const record of created) writeCollection(environment, record.ns, record);
  const counters = new Map([...touched].map(({ id }) => [id, { ...readCounters(environment, id) }]));
  // Not `entries()`, which makes an array of every pair.
  view.documents.forEachPair((key, { value, base }) => {
    const counter = counters.get(key.slice(0, 4));
    if (counter !== undefined) {
      counter.count += (value === null ? 0 : 1) - (base === undefined ? 0 : 1);
      counter.size += (value?.length ?? 0) - (base?.size ?? 0);
    }
    if (value !== null) documents.put(key, value, head.commit);
    else if (base !== undefined) documents.remove(key);
  });
  view.keys.forEachPair((key, { value }) => {
    if (value !== null) keys.put(key, value);
    else keys.remove(key);
  });
  for (const [id, counter] of counters) writeCounters(environment, id, counter);
  for (const extra of extras) extra();
  return created.size > 0 ? { ...head, catalog: head.catalog + 1 } : head;
}
