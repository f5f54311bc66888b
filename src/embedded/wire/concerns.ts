import type { Document } from 'bson';
import { MongoError } from '../errors.js';

const levels: ReadonlySet<unknown> = new Set([undefined, 'local', 'available', 'majority', 'linearizable']);

/**
 * Checks a command's readConcern. One node that answers from disk satisfies every level but snapshot outside a transaction:
 * reads at a past time are not kept, so that one is refused instead of drifting.
 */
export function checkConcerns(body: Document, place: 'alone' | 'first' | 'later'): void {
  const concern: unknown = body.readConcern;
  if (typeof concern !== 'object' || concern === null) return;
  const level: unknown = 'level' in concern ? concern.level : undefined;
  if (place === 'later' && level !== undefined) {
    throw new MongoError('InvalidOptions', 'Only the first command of a transaction may specify a readConcern.');
  }
  if ('atClusterTime' in concern || (level === 'snapshot' && place === 'alone')) {
    throw new MongoError(
      'SnapshotUnavailable',
      'Read concern snapshot is served inside transactions only: run the reads in one transaction.',
    );
  }
  if (levels.has(level) || (level === 'snapshot' && place === 'first')) return;
  throw new MongoError('BadValue', `Unknown read concern level ${JSON.stringify(level)}.`);
}

/** What a reply adds when the writeConcern asks for more nodes than the one there is; the write itself is done and durable. */
export function unmetWriteConcern(concern: unknown): Document {
  if (typeof concern !== 'object' || concern === null || !('w' in concern)) return {};
  if (concern.w === undefined || concern.w === 'majority' || concern.w === 0 || concern.w === 1) return {};
  return {
    writeConcernError: {
      code: 100,
      codeName: 'UnsatisfiableWriteConcern',
      errmsg: `Not enough data-bearing nodes: this server is one node, the write concern asks for ${JSON.stringify(concern.w)}.`,
    },
  };
}
