import { MongoError, writeConflict } from '../errors.js';

/** Whoever holds locks until it ends. */
export interface LockOwner {
  /** Resolves when the owner has committed or aborted. */
  readonly ended: Promise<void>;
}

/** A lock that somebody else has. */
export interface Obstacle {
  readonly key: string;
  readonly holder: LockOwner;
}

/** A single statement met a lock: it gives up what it did, waits and starts again. */
export class Blocked extends MongoError {
  constructor() {
    const { message, labels } = writeConflict();
    super('WriteConflict', message, { labels: [...labels] });
  }
}

/** Locks of this process on document keys and unique keys: the first writer wins. Other processes are met at commit. */
export class Locks {
  readonly #holders = new Map<string, LockOwner>();
  /** The last statement in the queue for a key. */
  readonly #lastInQueue = new Map<string, Promise<void>>();

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

  /**
   * Queues for a key: resolves when its holder and everybody who came before is through. Without the queue all of them
   * would try again at each step. The answer is to be called when the statement has ended.
   * A statement queues once at most, and holds no lock meanwhile, so that queues cannot wait for each other in a ring.
   */
  async queue({ key, holder }: Obstacle): Promise<() => void> {
    const before = this.#lastInQueue.get(key) ?? holder.ended;
    let leave = () => {};
    const through = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#lastInQueue.set(key, through);
    await before;
    return () => {
      if (this.#lastInQueue.get(key) === through) this.#lastInQueue.delete(key);
      leave();
    };
  }

  /** Number of locks held; zero when no transaction writes. */
  get size(): number {
    return this.#holders.size;
  }
}
