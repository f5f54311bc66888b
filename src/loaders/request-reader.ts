import type { ClientSession } from 'mongoose';
import type { Database } from '../database.js';
import type { AnswerSettings, Reader } from '../relations/relation.js';
import type { FaultLog } from './fault-log.js';
import { createReader, type ReadLimits } from './reader.js';

/** Reads of one request, and what must be ended with it. */
export interface RequestReader {
  readonly read: Reader;
  close(): Promise<void>;
}

/**
 * Reads within one read-only transaction: all of them see one snapshot, whatever is committed meanwhile. It takes one command at a time,
 * so it is the last resort. The transaction begins with the first read.
 */
export function createSnapshotReader(deps: {
  database: Pick<Database, 'models' | 'connection'>;
  settings: AnswerSettings;
  limits: ReadLimits;
  onFault?: FaultLog;
}): RequestReader {
  let opened: Promise<{ session: ClientSession; read: Reader }> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const open = async () => {
    const session = await deps.database.connection.startSession();
    session.startTransaction({ readConcern: { level: 'snapshot' }, readPreference: 'primary' });
    return { session, read: createReader({ ...deps, session }) };
  };
  const inTurn = <T>(command: (read: Reader) => Promise<T>): Promise<T> => {
    const answer = turn.then(async () => {
      opened ??= open();
      return command((await opened).read);
    });
    turn = answer.catch(() => undefined);
    return answer;
  };
  return {
    read: {
      settings: deps.settings,
      find: (collection, filter, options) => inTurn((read) => read.find(collection, filter, options)),
      aggregate: (collection, pipeline) => inTurn((read) => read.aggregate(collection, pipeline)),
    },
    close: async () => {
      await turn;
      const session = (await opened?.catch(() => undefined))?.session;
      // It has written nothing: a server that does not hear of the end forgets the transaction by itself.
      await session?.abortTransaction({ timeoutMS: deps.limits.timeoutMs }).catch(() => undefined);
      await session?.endSession().catch(() => undefined);
    },
  };
}
