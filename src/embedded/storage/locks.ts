import { MongoError, writeConflict } from '../errors.js';

/** Whoever holds locks until it ends. */
export interface LockOwner {
  /** Resolves when the owner has committed or aborted. */
  readonly ended: Promise<void>;
}

/** A single statement met a lock: it gives up what it did, waits for `holder` and starts again. */
export class Blocked extends MongoError {
  readonly holder: LockOwner;

  constructor(holder: LockOwner) {
    const { message, labels } = writeConflict();
    super('WriteConflict', message, { labels: [...labels] });
    this.holder = holder;
  }
}

/** Locks of this process on document keys and unique keys: the first writer wins. Other processes are met at commit. */
export class Locks {
  readonly #holders = new Map<string, LockOwner>();

  /** Takes a lock for its owner, again as often as it likes; answers who has it otherwise. */
  take(key: string, owner: LockOwner): LockOwner | undefined {
    const holder = this.#holders.get(key);
    if (holder === undefined) this.#holders.set(key, owner);
    return holder === owner ? undefined : holder;
  }

  /** Gives back the locks of an owner that ends. */
  release(keys: Iterable<string>): void {
    for (const key of keys) this.#holders.delete(key);
  }

  /** Number of locks held; zero when no transaction writes. */
  get size(): number {
    return this.#holders.size;
  }
}
