import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import type { Day } from '../models/calendar.js';
import { type Audit, auditToken, expectedHead } from './audit.js';
import { inChunks } from './chunks.js';
import { hourId } from './day-sums.js';
import type { Derived } from './recompute.js';
import { inTransaction, type Stored, type Unit } from './transaction.js';

/** Buckets of rollups: UTC days, hours of days, and weeks by their Monday. */
export interface Buckets {
  readonly days?: readonly Day[];
  readonly hours?: ReadonlyArray<{ readonly date: Day; readonly hour: number }>;
  readonly weeks?: readonly Day[];
}

/**
 * Makes rollups, holders and totals of a token what its stored transfers say, in one transaction; rows that are right stay untouched.
 * The number of differences mended, or with `buckets`, which leave all else aside, of rows; undefined when the token is gone.
 */
export async function rebuildToken(
  { database, publisher }: { database: Pick<Database, 'connection'>; publisher: EpochPublisher },
  tokenId: string,
  buckets?: Buckets,
): Promise<number | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const audit = await auditToken(database, tokenId);
    if (audit && audit.differences.length === 0 && audit.token.timesInOrder === audit.expected.timesInOrder) return 0;
    if (!audit) {
      if (await isGone(database, tokenId)) return undefined;
      continue;
    }
    const repairs = buckets ? repairsOf(audit, idsOf(tokenId, buckets)) : audit.repairs;
    const rows = [...repairs.values()].reduce((sum, { write, remove }) => sum + write.length + remove.length, 0);
    if (buckets && rows === 0) return 0;
    const head = buckets
      ? {}
      : { ...expectedHead(audit.token, audit.expected), timesInOrder: audit.expected.timesInOrder };
    const epoch = await inTransaction(database, (unit) => repair(unit, { audit, repairs, head }));
    if (epoch === undefined) continue;
    await publisher.publishToken({ tokenId, epoch, committedAt: Date.now() });
    return buckets ? rows : audit.differences.length;
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

/** Ids of the rows of buckets. */
function idsOf(
  tokenId: string,
  { days = [], hours = [], weeks = [] }: Buckets,
): ReadonlyMap<Derived, ReadonlySet<string>> {
  const ids = (keys: readonly string[]) => new Set(keys.map((key) => `${tokenId}:${key}`));
  return new Map<Derived, ReadonlySet<string>>([
    ['dailyCumulativeMetrics', ids(days)],
    ['dailyUniqueWallets', ids(days)],
    ['hourlyActivity', new Set(hours.map((hour) => hourId({ tokenId, ...hour })))],
    ['weeklyPayments', ids(weeks)],
  ]);
}

function repairsOf({ repairs }: Audit, wanted: ReadonlyMap<Derived, ReadonlySet<string>>): Audit['repairs'] {
  return new Map(
    [...repairs].map(([name, { write, remove }]) => {
      const isWanted = (id: string): boolean => wanted.get(name)?.has(id) === true;
      return [name, { write: write.filter(isWanted), remove: remove.filter(isWanted) }];
    }),
  );
}

/** Undefined when the token has moved on since the audit. */
async function repair(
  unit: Unit,
  { audit: { token, expected }, repairs, head }: { audit: Audit; repairs: Audit['repairs']; head: object },
): Promise<number | undefined> {
  const moved = await unit.collection('tokens').findOneAndUpdate(
    { _id: token._id, epoch: token.epoch },
    {
      $set: { ...head, updatedAt: new Date() },
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
