import type { ClientSession, Connection, PipelineStage } from 'mongoose';
import type { Database } from '../database.js';
import type { CollectionName } from '../models/models.js';
import type { AnswerSettings, Reader } from '../relations/relation.js';
import { deadlineError, toGatewayError } from './database-errors.js';
import type { FaultLog } from './fault-log.js';

/** Bounds of one command. */
export interface ReadLimits {
  /** Instant at which the request ends. */
  readonly deadlineAt: number;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
  /** Longest wait while no server is reachable. */
  readonly selectionMs?: number;
}

/** Reads of the primary, each under what is left of the deadline; within a session they see its snapshot. */
export function createReader({
  database,
  settings,
  limits,
  session,
  onFault,
}: {
  database: Pick<Database, 'models' | 'connection'>;
  settings: AnswerSettings;
  limits: ReadLimits;
  session?: ClientSession;
  onFault?: FaultLog;
}): Reader {
  const run = async <T>(command: (options: CommandOptions) => Promise<T>): Promise<T> => {
    const left = Math.min(limits.timeoutMs, limits.deadlineAt - Date.now());
    if (left < 1) throw deadlineError();
    const options = { timeoutMS: Math.ceil(left), ...(session ? { session } : { readPreference: 'primary' as const }) };
    try {
      return await within(command(options), left, limits.selectionMs ?? left, database.connection);
    } catch (cause) {
      const error = toGatewayError(cause, limits.deadlineAt);
      onFault?.(error);
      throw error;
    }
  };
  return {
    settings,
    find: (collection, filter, { projection, sort, limit, hint } = {}) =>
      run((options) =>
        // The generic name keeps row types for callers; here all collections are read alike.
        modelOf(database, collection)
          .find(filter as object, projection ?? null, {
            ...options,
            ...(sort ? { sort } : {}),
            ...(limit === undefined ? {} : { limit, batchSize: limit + 1 }),
            ...(hint === undefined ? {} : { hint }),
            lean: true,
          })
          .exec(),
      ) as never,
    aggregate: <T>(collection: CollectionName, pipeline: PipelineStage[]): Promise<T[]> =>
      run((options) => modelOf(database, collection).aggregate<T>(pipeline, options).exec()),
  };
}

interface CommandOptions {
  readonly timeoutMS: number;
  readonly session?: ClientSession;
  readonly readPreference?: 'primary';
}

function modelOf(database: Pick<Database, 'models'>, collection: CollectionName): Database['models']['tokens'] {
  return database.models[collection] as unknown as Database['models']['tokens'];
}

/**
 * The server's own limit does not help when the server is silent. And the driver, given a time, tries again until that is over: where no
 * server can be reached, the answer is known sooner.
 */
function within<T>(answer: Promise<T>, ms: number, selectionMs: number, connection: Connection): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (name: string, message: string) => reject(Object.assign(new Error(message), { name }));
    const late = () => fail('MongoOperationTimeoutError', `no answer within ${ms} ms`);
    const lost = () => {
      if (connection.readyState !== connected) fail('MongoServerSelectionError', `no server within ${selectionMs} ms`);
    };
    const timers = [setTimeout(late, ms + 20), setTimeout(lost, selectionMs * 0.8)];
    answer.then(resolve, reject).finally(() => timers.forEach(clearTimeout));
  });
}

const connected = 1;
