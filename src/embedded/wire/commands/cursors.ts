import { Long } from 'bson';
import { MongoError } from '../../errors.js';
import { type Command, namespace, namespaceOf } from '../call.js';
import { batchReply } from '../openCursor.js';
import { countField } from '../options.js';
import { reply } from '../reply.js';

const getMore: Command = {
  names: ['getMore'],
  kind: 'read',
  inTransaction: true,
  fields: { known: ['collection', 'batchSize'], refused: ['term', 'lastKnownCommittedOpTime'] },
  run: (call) => {
    const { cursors } = call.parts;
    const cursor = cursors.get(cursorId(call.body.getMore));
    const { source } = cursor;
    const collection: unknown = call.body.collection;
    const ns = isSpecial(collection) ? `${call.db}.${collection}` : namespace(call.db, collection);
    if (ns !== source.ns) {
      throw new MongoError('Unauthorized', `getMore: the cursor was opened on '${source.ns}', not on '${ns}'.`);
    }
    if (
      source.inTransaction !== (call.transaction !== undefined) ||
      (source.inTransaction && source.sessionId !== call.sessionId)
    ) {
      throw new MongoError('InvalidOptions', 'A cursor is continued in the transaction and session that opened it.');
    }
    try {
      const documents = cursor.read(countField(call.body, 'batchSize') || Number.POSITIVE_INFINITY, call.deadline);
      const open = !cursor.exhausted;
      if (!open) cursors.end(cursor);
      return batchReply(cursor, 'nextBatch', documents, open);
    } catch (error) {
      cursors.end(cursor);
      throw error;
    }
  },
};

const killCursors: Command = {
  names: ['killCursors'],
  kind: 'read',
  inTransaction: true,
  fields: { known: ['cursors'] },
  run: (call) => {
    if (!isSpecial(call.body.killCursors)) namespaceOf(call);
    const ids: unknown = call.body.cursors;
    if (!Array.isArray(ids)) throw new MongoError('TypeMismatch', 'killCursors needs an array "cursors".');
    const killed: Long[] = [];
    const notFound: Long[] = [];
    for (const id of ids) {
      const text = cursorId(id);
      (call.parts.cursors.kill(text) ? killed : notFound).push(Long.fromString(text));
    }
    return reply({ cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] });
  },
};

/** getMore and killCursors. */
export const cursorCommands: readonly Command[] = [getMore, killCursors];

/** Collections that only cursors of listCollections and of database pipelines have. */
function isSpecial(collection: unknown): collection is string {
  return typeof collection === 'string' && collection.startsWith('$cmd.');
}

function cursorId(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Long) return value.toString();
  throw new MongoError('TypeMismatch', 'A cursor id is a long.');
}
