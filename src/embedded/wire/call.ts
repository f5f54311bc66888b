import type { Document } from 'bson';
import type { QueryLanguage, Storage, Transaction } from '../contracts.js';
import { MongoError } from '../errors.js';
import type { CursorRegistry } from './cursors.js';
import type { KnownFields } from './options.js';
import type { Reply } from './reply.js';
import type { Session, SessionRegistry } from './sessions.js';

/** What every command may use, one per server. */
export interface ServerParts {
  readonly storage: Storage;
  readonly language: QueryLanguage;
  readonly cursors: CursorRegistry;
  readonly sessions: SessionRegistry;
  readonly facts: ServerFacts;
}

/** What the server says of itself. */
export interface ServerFacts {
  readonly startedAt: number;
  readonly dataDir: string;
  readonly connections: () => number;
}

/** One command on its way through the server. */
export interface Call {
  readonly name: string;
  readonly body: Document;
  readonly db: string;
  readonly parts: ServerParts;
  /** Address by which this connection reached the server; `hello` must repeat it. */
  readonly address: string;
  readonly connectionId: number;
  /** Session id as hex, when the client sent one. */
  readonly sessionId: string | undefined;
  readonly session: Session | undefined;
  /** The number that the session gave to this transaction or write. */
  readonly number: bigint | undefined;
  /** Set inside a client's transaction; every read and write of the command goes through it. */
  readonly transaction: Transaction | undefined;
  /** Set for a numbered single write; its reply is kept with the write. */
  readonly retryNumber: bigint | undefined;
  /** Time (of `performance.now()`) after which the command fails with MaxTimeMSExpired. */
  readonly deadline: number | undefined;
}

/** One command: its names, options, and how it runs. */
export interface Command {
  /** The name and MongoDB's aliases of it. */
  readonly names: readonly string[];
  readonly fields: KnownFields | 'any';
  /** `retryable` writes may carry a number outside transactions. */
  readonly kind: 'read' | 'write' | 'retryable' | 'admin';
  readonly inTransaction?: boolean;
  readonly run: (call: Call) => Reply | Promise<Reply>;
}

/** The namespace that a command names by its first field. */
export function namespaceOf(call: Call): string {
  return namespace(call.db, call.body[call.name]);
}

/** Joins database and collection, refusing names that MongoDB refuses. */
export function namespace(db: string, collection: unknown): string {
  if (typeof collection !== 'string' || collection === '') {
    throw new MongoError(
      'InvalidNamespace',
      `A collection name is expected, got ${JSON.stringify(collection) ?? 'nothing'}.`,
    );
  }
  if (collection.includes('\0') || collection.includes('$') || collection.startsWith('.') || collection.endsWith('.')) {
    throw new MongoError('InvalidNamespace', `Invalid collection name: ${JSON.stringify(collection)}.`);
  }
  return `${db}.${collection}`;
}

/** Runs a read: in the client's transaction, or on a snapshot of its own that is released afterwards. */
export function readOnce<T>(call: Call, work: (transaction: Transaction) => T): T {
  if (call.transaction !== undefined) return work(call.transaction);
  const transaction = call.parts.storage.begin({ multi: false });
  try {
    return work(transaction);
  } finally {
    transaction.abort();
  }
}
