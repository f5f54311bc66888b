import { Binary } from 'bson';
import type { Storage, Transaction } from '../contracts.js';
import { MongoError } from '../errors.js';

/** A transaction ends by itself after this time, as on a MongoDB server. */
export const transactionLifetimeMs = 60_000;
/** Each open transaction holds one of lmdb's 2048 snapshots, which all processes of a directory share. */
const mostTransactions = 512;
/** Sessions unused for this long are forgotten; `hello` says the same in minutes. */
export const sessionLifetimeMs = 30 * 60_000;

/** A client's transaction. */
export interface SessionTransaction {
  readonly number: bigint;
  readonly work: Transaction;
  readonly expires: NodeJS.Timeout;
  state: 'open' | 'committing' | 'committed' | 'aborted';
  /** True once a write ran in it: a transaction that only read has nothing to commit. */
  wrote: boolean;
}

/** One session: the last number it used, and its transaction. */
export class Session {
  number = -1n;
  usedAt = Date.now();
  transaction: SessionTransaction | undefined;
  /** Connections that spoke for this session; when all are gone its transaction is given up. */
  readonly connections = new Set<number>();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(readonly id: string) {}

  /** Commands of one session run one after the other: a resend waits for its original. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** The sessions of the server, and the life of their transactions. */
export class SessionRegistry {
  private openTransactions = 0;
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly storage: Storage,
    private readonly onTransactionEnd: (sessionId: string) => void,
  ) {}

  open(id: string, connectionId: number): Session {
    let session = this.sessions.get(id);
    if (session === undefined) {
      session = new Session(id);
      this.sessions.set(id, session);
    }
    session.usedAt = Date.now();
    session.connections.add(connectionId);
    return session;
  }

  /** Begins transaction `number`; an older one of the session that is still open is aborted. */
  begin(session: Session, number: bigint): SessionTransaction {
    const current = session.transaction;
    if (current !== undefined && current.number === number) {
      throw new MongoError(
        'ConflictingOperationInProgress',
        `Transaction ${number} was begun already and is ${current.state}; a new one needs a higher number.`,
      );
    }
    this.advance(session, number);
    if (this.openTransactions >= mostTransactions) {
      throw new MongoError('TemporarilyUnavailable', `${mostTransactions} transactions are open already; try again.`, {
        labels: ['TransientTransactionError'],
      });
    }
    const work = this.storage.begin({ multi: true });
    this.openTransactions += 1;
    const expires = setTimeout(() => this.abort(session), transactionLifetimeMs).unref();
    session.transaction = { number, work, expires, state: 'open', wrote: false };
    return session.transaction;
  }

  /** Takes a session to a number: an older one is refused, and an open transaction of an older number aborted. */
  advance(session: Session, number: bigint): void {
    if (number < session.number) {
      throw new MongoError(
        'TransactionTooOld',
        `Cannot use txnNumber ${number}: the session has already used ${session.number}.`,
      );
    }
    if (number > session.number) {
      this.abort(session);
      session.transaction = undefined;
      session.number = number;
    }
  }

  /** The open transaction that a command continues. */
  continue(session: Session, number: bigint): SessionTransaction {
    this.advance(session, number);
    const current = session.transaction;
    if (current?.number === number && current.state === 'open') return current;
    if (current?.number === number && current.state === 'committed') {
      throw new MongoError('TransactionCommitted', `Transaction ${number} has been committed.`);
    }
    throw noSuchTransaction(number);
  }

  /** Gives up the session's transaction, unless it is being committed. */
  abort(session: Session): void {
    const current = session.transaction;
    if (current?.state !== 'open') return;
    this.settle(session, current, 'aborted');
    current.work.abort();
  }

  /** Marks the end of a transaction: its cursors go with it. */
  settle(session: Session, transaction: SessionTransaction, state: 'committed' | 'aborted'): void {
    clearTimeout(transaction.expires);
    this.openTransactions -= 1;
    transaction.state = state;
    this.onTransactionEnd(session.id);
  }

  /** Ends a session at the client's wish. */
  end(id: string): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.abort(session);
    this.sessions.delete(id);
  }

  /** Forgets a closed connection; a transaction that no connection speaks for any more is given up after `graceMs`. */
  disconnect(connectionId: number, graceMs: number): void {
    for (const session of this.sessions.values()) {
      if (!session.connections.delete(connectionId) || session.connections.size > 0) continue;
      if (session.transaction?.state !== 'open') continue;
      setTimeout(() => session.connections.size === 0 && this.abort(session), graceMs).unref();
    }
  }

  /** Forgets sessions unused for half an hour. */
  sweep(now: number): void {
    for (const session of [...this.sessions.values()]) {
      if (now - session.usedAt > sessionLifetimeMs) this.end(session.id);
    }
  }

  /** Aborts everything; for the end of the server. */
  close(): void {
    for (const session of this.sessions.values()) this.abort(session);
    this.sessions.clear();
  }
}

/** 251 with the label that makes drivers run the whole transaction again. */
export function noSuchTransaction(number: bigint): MongoError {
  return new MongoError(
    'NoSuchTransaction',
    `Transaction ${number} does not match any open transaction: it was aborted, ran out of its ${transactionLifetimeMs / 1000} s, or was never begun.`,
    { labels: ['TransientTransactionError'] },
  );
}

/** The id of `lsid` as hex. */
export function sessionIdOf(lsid: unknown): string {
  if (
    typeof lsid === 'object' &&
    lsid !== null &&
    'id' in lsid &&
    lsid.id instanceof Binary &&
    lsid.id.length() === 16
  ) {
    return lsid.id.toString('hex');
  }
  throw new MongoError('InvalidOptions', 'lsid must be a document with an "id" of 16 binary bytes.');
}
