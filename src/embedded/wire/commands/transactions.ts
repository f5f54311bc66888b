import { MongoError } from '../../errors.js';
import type { Call, Command } from '../call.js';
import { type Reply, reply } from '../reply.js';
import { noSuchTransaction, type Session, sessionIdOf } from '../sessions.js';

const commitTransaction: Command = {
  names: ['commitTransaction'],
  kind: 'write',
  inTransaction: true,
  fields: { known: ['recoveryToken'] },
  run: (call) => {
    const { session, number } = transactionOf(call);
    return commit(call, session, number);
  },
};

/** Commits; a resend of a commit that went through is answered with success, even by a server started afterwards. */
async function commit(call: Call, session: Session, number: bigint): Promise<Reply> {
  const { sessions, storage } = call.parts;
  sessions.advance(session, number);
  const current = session.transaction;
  if (current === undefined || current.number !== number) {
    if (storage.replies.read(session.id, number)?.committed === true) return reply({});
    throw noSuchTransaction(number);
  }
  if (current.state === 'committed') return reply({});
  if (current.state !== 'open') throw noSuchTransaction(number);
  if (!current.wrote) {
    sessions.settle(session, current, 'committed');
    current.work.abort();
    return reply({});
  }
  current.state = 'committing';
  try {
    storage.replies.write(current.work, session.id, number, { committed: true });
    await current.work.commit();
    sessions.settle(session, current, 'committed');
    return reply({});
  } catch (error) {
    sessions.settle(session, current, 'aborted');
    current.work.abort();
    throw error;
  }
}

const abortTransaction: Command = {
  names: ['abortTransaction'],
  kind: 'write',
  inTransaction: true,
  fields: { known: ['recoveryToken'] },
  run: (call) => {
    const { session, number } = transactionOf(call);
    call.parts.sessions.continue(session, number);
    call.parts.sessions.abort(session);
    return reply({});
  },
};

/** endSessions and killSessions differ in whose sessions they may end; without users they are the same. */
const endSessions: Command = {
  names: ['endSessions', 'killSessions'],
  kind: 'admin',
  fields: { known: [] },
  run: (call) => {
    const ids: unknown = call.body[call.name];
    if (!Array.isArray(ids)) throw new MongoError('TypeMismatch', `${call.name} needs an array of session ids.`);
    for (const lsid of ids) {
      const id = sessionIdOf(lsid);
      call.parts.sessions.end(id);
      call.parts.cursors.endWhere((source) => source.sessionId === id);
    }
    return reply({});
  },
};

const refreshSessions: Command = {
  names: ['refreshSessions'],
  kind: 'admin',
  fields: { known: [] },
  run: () => reply({}),
};

/** The ends of transactions and of sessions. */
export const transactionCommands: readonly Command[] = [
  commitTransaction,
  abortTransaction,
  endSessions,
  refreshSessions,
];

function transactionOf(call: Call): { session: Session; number: bigint } {
  if (call.session === undefined || call.number === undefined || call.body.autocommit !== false) {
    throw new MongoError('InvalidOptions', `${call.name} needs lsid, txnNumber and autocommit: false.`);
  }
  return { session: call.session, number: call.number };
}
