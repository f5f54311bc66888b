import type { Document } from 'bson';
import type { Transaction } from '../contracts.js';
import { MongoError } from '../errors.js';
import type { Call } from './call.js';
import { type Reply, reply } from './reply.js';
import { recall, remember } from './retry.js';

/** Most statements that share one commit; between two commits other clients get their turn. */
export const statementsPerCommit = 1_000;

/** What one statement adds to the reply. */
export interface Outcome {
  readonly n: number;
  readonly modified?: number;
  readonly upsertedId?: unknown;
}

/** The statements of one insert, update or delete command. */
export interface Statements {
  readonly call: Call;
  readonly count: number;
  readonly ordered: boolean;
  /** Applies one statement; throws before it changed anything. */
  readonly apply: (transaction: Transaction, index: number) => Outcome;
  /** True for `update`, whose reply counts modified documents. */
  readonly countsModified: boolean;
}

/**
 * Runs the statements of a command. Outside a transaction, up to a thousand share one commit: each is still atomic,
 * and an error keeps the ones before it. Inside a transaction, the first error ends the command and with it the transaction.
 */
export async function runStatements(statements: Statements): Promise<Reply> {
  const { call } = statements;
  const earlier = recall(call);
  const tally = new Tally(statements.countsModified, earlier?.fields);
  let next = earlier?.next ?? 0;
  if (call.transaction !== undefined) {
    applyRange(statements, call.transaction, tally, 0, statements.count);
    return reply(tally.fields());
  }
  while (next < statements.count) {
    const from = next;
    const before = tally.copy();
    await call.parts.storage.run((transaction) => {
      // A conflict with another writer runs this again from the start.
      tally.restore(before);
      next = applyRange(statements, transaction, tally, from, Math.min(from + statementsPerCommit, statements.count));
      remember(call, transaction, { next, fields: tally.fields() });
    });
  }
  return reply(tally.fields());
}

/** Applies statements `from` to `to`; answers where to go on, which is the end once an error stops the command. */
function applyRange(statements: Statements, transaction: Transaction, tally: Tally, from: number, to: number): number {
  for (let index = from; index < to; index += 1) {
    try {
      tally.add(index, statements.apply(transaction, index));
    } catch (error) {
      if (!(error instanceof MongoError) || error.code === 112) throw error;
      tally.fail(index, error);
      if (statements.ordered || statements.call.transaction !== undefined) return statements.count;
    }
  }
  return to;
}

/** The reply of a command while it grows. */
class Tally {
  private n = 0;
  private modified = 0;
  private upserted: Document[] = [];
  private errors: Document[] = [];

  constructor(
    private readonly countsModified: boolean,
    earlier?: Document,
  ) {
    if (earlier === undefined) return;
    this.n = Number(earlier.n);
    this.modified = Number(earlier.nModified ?? 0);
    this.upserted = [...(earlier.upserted ?? [])];
    this.errors = [...(earlier.writeErrors ?? [])];
  }

  add(index: number, outcome: Outcome): void {
    this.n += outcome.n;
    this.modified += outcome.modified ?? 0;
    if (outcome.upsertedId !== undefined) this.upserted.push({ index, _id: outcome.upsertedId });
  }

  fail(index: number, error: MongoError): void {
    this.errors.push({ index, code: error.code, errmsg: error.message, ...error.details });
  }

  fields(): Document {
    return {
      n: this.n,
      ...(this.countsModified ? { nModified: this.modified } : {}),
      ...(this.upserted.length > 0 ? { upserted: this.upserted } : {}),
      ...(this.errors.length > 0 ? { writeErrors: this.errors } : {}),
    };
  }

  copy(): readonly [number, number, number, number] {
    return [this.n, this.modified, this.upserted.length, this.errors.length];
  }

  restore([n, modified, upserted, errors]: readonly [number, number, number, number]): void {
    this.n = n;
    this.modified = modified;
    this.upserted.length = upserted;
    this.errors.length = errors;
  }
}
