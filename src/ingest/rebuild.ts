import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import { type Audit, auditToken, expectedHead } from './audit.js';
import { inChunks } from './chunks.js';
import { inTransaction, type Stored, type Unit } from './transaction.js';

/**
 * Makes rollups, holders and totals of a token what its stored transfers say, in one transaction; rows that are right stay untouched.
 * The number of differences mended; undefined when the token is gone.
 */
export async function rebuildToken(
  { database, publisher }: { database: Pick<Database, 'connection'>; publisher: EpochPublisher },
  tokenId: string,
): Promise<number | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const audit = await auditToken(database, tokenId);
    if (audit && audit.differences.length === 0 && audit.token.timesInOrder === audit.expected.timesInOrder) return 0;
    if (!audit) {
      if (await isGone(database, tokenId)) return undefined;
      continue;
    }
    const epoch = await inTransaction(database, (unit) => repair(unit, audit));
    if (epoch === undefined) continue;
    await publisher.publishToken({ tokenId, epoch, committedAt: Date.now() });
    return audit.differences.length;
  }
  throw new Error(
    `The token's data kept changing during ${attempts} attempts; stop the import that feeds it and try again.`,
  );
}

/** Attempts before a token that keeps changing is given up. */
const attempts = 5;

async function isGone(database: Pick<Database, 'connection'>, tokenId: string): Promise<boolean> {
  return inTransaction(
    database,
    async ({ session, collection }) => (await collection('tokens').findOne({ _id: tokenId }, { session })) === null,
  );
}

/** Undefined when the token has moved on since the audit. */
async function repair(unit: Unit, { token, expected, repairs }: Audit): Promise<number | undefined> {
  const moved = await unit.collection('tokens').findOneAndUpdate(
    { _id: token._id, epoch: token.epoch },
    {
      $set: { ...expectedHead(token, expected), timesInOrder: expected.timesInOrder, updatedAt: new Date() },
      $inc: { epoch: 1 },
    },
    { session: unit.session, returnDocument: 'after' },
  );
  if (!moved) return undefined;
  for (const [name, { write, remove }] of repairs) {
    const right: ReadonlyMap<string, { _id: string }> = expected.rows[name];
    const writes = write.flatMap((id) => {
      const row = right.get(id);
      if (!row) return [];
      const { _id, ...fields } = row;
      return [{ replaceOne: { filter: { _id }, replacement: fields as Omit<Stored<'holders'>, '_id'>, upsert: true } }];
    });
    const removes = remove.map((_id) => ({ deleteOne: { filter: { _id } } }));
    for (const chunk of inChunks([...writes, ...removes], 10_000)) {
      await unit.collection(name as 'holders').bulkWrite(chunk, { session: unit.session, ordered: false });
    }
  }
  return moved.epoch;
}
