import { type Document, deserialize, Long, serialize } from 'bson';
import type { RetryableReplies, Transaction } from '../contracts.js';
import type { Environment } from './environment.js';
import type { StoreTransaction } from './transaction.js';

/** Remembers one reply for each session in lmdb; sessions silent for half an hour, and the oldest beyond a bound, are forgotten. */
export class StoredReplies implements RetryableReplies {
  readonly #environment: Environment;
  readonly #now: () => number;
  #purgedAt = 0;

  constructor(environment: Environment, now: () => number) {
    this.#environment = environment;
    this.#now = now;
  }

  read(sessionId: string, txnNumber: bigint): Document | undefined {
    this.#environment.root.resetReadTxn();
    const bytes = this.#environment.catalog.get(PREFIX + sessionId);
    if (bytes === undefined) return undefined;
    const stored = deserialize(bytes, { useBigInt64: false, promoteLongs: false });
    return stored.number.toString() === txnNumber.toString() ? deserialize(stored.reply.buffer) : undefined;
  }

  write(transaction: Transaction, sessionId: string, txnNumber: bigint, reply: Document): void {
    const at = this.#now();
    const number = Long.fromBigInt(txnNumber);
    const bytes = Buffer.from(serialize({ number, at, reply: serialize(reply) }));
    (transaction as StoreTransaction).atCommit(() => {
      this.#environment.catalog.put(PREFIX + sessionId, bytes);
      if (at - this.#purgedAt >= PURGE_EVERY_MS) this.#purge(at);
    });
  }

  /** Inside a write. */
  #purge(now: number): void {
    this.#purgedAt = now;
    const { catalog } = this.#environment;
    const kept: Array<{ key: string; at: number }> = [];
    for (const { key, value } of catalog.getRange({ start: PREFIX, end: `${PREFIX}\xff` })) {
      kept.push({ key, at: Number(deserialize(value).at) });
    }
    kept.sort((a, b) => b.at - a.at);
    for (const [place, { key, at }] of kept.entries()) {
      if (place >= MOST_SESSIONS || now - at > KEPT_MS) catalog.remove(key);
    }
  }
}

const PREFIX = 'r:';
const KEPT_MS = 30 * 60 * 1000;
const PURGE_EVERY_MS = 60 * 1000;
const MOST_SESSIONS = 2_000;
