import type { ClientSession, PipelineStage } from 'mongoose';
import type { Database } from '../database.js';
import type { CollectionName } from '../models/models.js';
import type { AnswerSettings, Reader } from '../relations/relation.js';
import { deadlineError, toGatewayError } from './database-errors.js';

/** Bounds of one command. */
export interface ReadLimits {
  /** Instant at which the request ends. */
  readonly deadlineAt: number;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
}

/** Reads of the primary, each under what is left of the deadline; within a session they see its snapshot. */
export function createReader({
  database,
  settings,
  limits,
  session,
}: {
  database: Pick<Database, 'models'>;
  settings: AnswerSettings;
  limits: ReadLimits;
  session?: ClientSession;
}): Reader {
  const run = async <T>(command: (options: CommandOptions) => Promise<T>): Promise<T> => {
    const left = Math.min(limits.timeoutMs, limits.deadlineAt - Date.now());
    if (left < 1) throw deadlineError();
    const options = { timeoutMS: Math.ceil(left), ...(session ? { session } : { readPreference: 'primary' as const }) };
    try {
      return await within(command(options), left);
    } catch (error) {
      throw toGatewayError(error, limits.deadlineAt);
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

/** The server's own limit does not help when the server is silent. */
function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(Object.assign(new Error(`no answer within ${ms} ms`), { name: 'MongoOperationTimeoutError' }));
    const timer = setTimeout(late, ms + 20);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
