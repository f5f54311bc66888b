import { type Document, Long } from 'bson';
import { MongoError } from '../errors.js';
import type { Call, Command, ServerParts } from './call.js';
import type { ClusterClock } from './clock.js';
import { checkConcerns, unmetWriteConcern } from './concerns.js';
import type { Request } from './framing.js';
import { checkFields, countField } from './options.js';
import type { Reply } from './reply.js';
import { noSuchTransaction, type Session, type SessionTransaction, sessionIdOf } from './sessions.js';

/** Where a request came from. */
export interface Origin {
  readonly connectionId: number;
  readonly address: string;
}

/** Fields that every command may carry. */
const commonFields: ReadonlySet<string> = new Set([
  '$db',
  '$clusterTime',
  '$readPreference',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
]);

/** Their numbers say which transaction they end; they find it themselves. */
const endings: ReadonlySet<string> = new Set(['commitTransaction', 'abortTransaction']);

/** Turns the body of a request into its reply: finds the command, puts it into its session and transaction, and reports errors as MongoDB does. */
export class Dispatcher {
  private readonly commands = new Map<string, Command>();
  private readonly running = new Set<Promise<unknown>>();
  private closing = false;

  constructor(
    private readonly parts: ServerParts,
    private readonly clock: ClusterClock,
    commands: readonly Command[],
  ) {
    for (const command of commands) for (const name of command.names) this.commands.set(name, command);
  }

  /** Never rejects: what goes wrong is the reply. */
  async answer({ body }: Pick<Request, 'body'>, origin: Origin): Promise<Reply> {
    this.clock.observe(body.$clusterTime);
    const work = this.run(body, origin);
    this.running.add(work);
    try {
      const { fields, batch } = await work;
      const unmet = unmetWriteConcern(body.writeConcern);
      const all = { ok: 1, ...fields, ...unmet, ...this.clock.stamp() };
      return batch === undefined ? { fields: all } : { fields: all, batch };
    } catch (error) {
      return { fields: { ...errorFields(error), ...this.clock.stamp() } };
    } finally {
      this.running.delete(work);
    }
  }

  /** Answers new commands with ShutdownInProgress from now on. */
  refuse(): void {
    this.closing = true;
  }

  /** Waits for the commands that run. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.running]);
  }

  private async run(body: Document, origin: Origin): Promise<Reply> {
    const name = Object.keys(body)[0] ?? '';
    const command = this.commands.get(name);
    if (command === undefined) throw new MongoError('CommandNotFound', `no such command: '${name}'`);
    if (this.closing) {
      throw new MongoError('ShutdownInProgress', 'The server is shutting down.', { labels: ['RetryableWriteError'] });
    }
    const db: unknown = body.$db;
    if (typeof db !== 'string' || !/^[^/\\. "$*<>:|?\0]{1,63}$/.test(db)) {
      throw new MongoError('InvalidNamespace', `Invalid database name: ${JSON.stringify(db) ?? 'none was given'}.`);
    }
    if (command.fields !== 'any') checkFields(name, body, command.fields, commonFields);
    if (command.kind === 'write' || command.kind === 'retryable') this.clock.tick();
    const limit = countField(body, 'maxTimeMS');
    const call: Call = {
      name,
      body,
      db,
      parts: this.parts,
      ...origin,
      sessionId: body.lsid === undefined ? undefined : sessionIdOf(body.lsid),
      session: undefined,
      number: undefined,
      transaction: undefined,
      retryNumber: undefined,
      deadline: limit ? performance.now() + limit : undefined,
    };
    const number = numberOf(body.txnNumber);
    if (number === undefined) {
      checkConcerns(body, 'alone');
      if (body.autocommit !== undefined || body.startTransaction !== undefined) {
        throw new MongoError('InvalidOptions', 'autocommit and startTransaction need a txnNumber.');
      }
      return command.run(call);
    }
    if (call.sessionId === undefined) throw new MongoError('InvalidOptions', 'txnNumber needs an lsid.');
    const session = this.parts.sessions.open(call.sessionId, origin.connectionId);
    return session.exclusive(() => this.runNumbered(command, { ...call, session, number }, session, number));
  }

  private async runNumbered(command: Command, call: Call, session: Session, number: bigint): Promise<Reply> {
    if (endings.has(call.name)) return command.run(call);
    if (call.body.autocommit === undefined) {
      if (command.kind !== 'retryable') {
        throw new MongoError(
          'NotARetryableWriteCommand',
          'txnNumber may only be provided for multi-document transactions and retryable write commands.',
        );
      }
      checkConcerns(call.body, 'alone');
      this.parts.sessions.advance(session, number);
      if (session.transaction?.number === number) {
        throw new MongoError('ConflictingOperationInProgress', `txnNumber ${number} belongs to a transaction.`);
      }
      return command.run({ ...call, retryNumber: number });
    }
    if (call.body.autocommit !== false) throw new MongoError('InvalidOptions', 'autocommit may only be false.');
    return this.runInTransaction(command, call, session, number);
  }

  private async runInTransaction(command: Command, call: Call, session: Session, number: bigint): Promise<Reply> {
    const starts = call.body.startTransaction === true;
    const { sessions } = this.parts;
    let transaction: SessionTransaction | undefined;
    try {
      checkConcerns(call.body, starts ? 'first' : 'later');
      transaction = starts ? sessions.begin(session, number) : sessions.continue(session, number);
      if (command.inTransaction !== true) {
        throw new MongoError(
          'OperationNotSupportedInTransaction',
          `Cannot run '${call.name}' in a multi-document transaction.`,
        );
      }
      if (command.kind === 'retryable') transaction.wrote = true;
      const reply = await command.run({ ...call, transaction: transaction.work });
      if (transaction.state !== 'open') throw noSuchTransaction(number);
      if (reply.fields.writeErrors !== undefined) sessions.abort(session);
      return reply;
    } catch (error) {
      if (transaction !== undefined) sessions.abort(session);
      throw error;
    }
  }
}

function numberOf(value: unknown): bigint | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (value instanceof Long && !value.isNegative()) return value.toBigInt();
  throw new MongoError('InvalidOptions', 'txnNumber must be a whole number of at least 0.');
}

/** The fields of an error reply. */
function errorFields(error: unknown): Document {
  if (error instanceof MongoError) {
    return {
      ok: 0,
      errmsg: error.message,
      code: error.code,
      codeName: error.codeName,
      ...(error.labels.length > 0 ? { errorLabels: [...error.labels] } : {}),
      ...error.details,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { ok: 0, errmsg: `Internal error: ${message}`, code: 1, codeName: 'InternalError' };
}
