import { randomBytes } from 'node:crypto';
import type { Database } from '../database.js';
import { TokenNotFoundError } from '../errors.js';
import { inTransaction, type Unit } from './transaction.js';

/** Says which of several processes on one database does the work. */
export interface Lease {
  /**
   * Takes the lease or keeps it, and gives its fencing number; undefined while another process has it. The number grows each time the lease
   * changes hands, so that what an earlier holder still writes can be told and refused. Asks the database only when a third of its life is over.
   */
  hold(): Promise<number | undefined>;
  /** Gives it back, so that another process can go on at once. */
  release(): Promise<void>;
}

/**
 * A lease that is a document of `jobs`; a process that dies loses it after `lifeMs`. With a `tokenId` taking it raises the token's fence in
 * the same transaction: from then on the pipeline refuses batches with a smaller number. Throws TokenNotFoundError when there is none.
 */
export function createLease(options: LeaseOptions): Lease {
  const { database, name, lifeMs, now = Date.now } = options;
  const _id = leaseId(name);
  const owner = randomBytes(8).toString('hex');
  const { jobs } = database.models;
  let held: Held | undefined;

  const renew = async (fence: number, until: number): Promise<boolean> => {
    const mine = { _id, owner, fence };
    const { matchedCount } = await jobs.updateOne(mine, { $set: { expiresAt: new Date(until) } });
    return matchedCount === 1;
  };
  const take = (until: number): Promise<number | undefined> =>
    inTransaction(database, (unit) => takeLease(unit, { ...options, owner, now: now(), until })).catch(unlessTaken);

  return {
    async hold() {
      const earlier = held;
      const left = earlier ? earlier.until - now() : 0;
      // More than a life left means that the clock was set back: what it says is worth nothing then.
      if (earlier && left > (lifeMs * 2) / 3 && left <= lifeMs) return earlier.fence;
      const until = now() + lifeMs;
      held = undefined;
      const kept = earlier && (await renew(earlier.fence, until));
      const fence = kept ? earlier.fence : await take(until);
      if (fence === undefined) return undefined;
      held = { fence, until };
      return fence;
    },
    async release() {
      held = undefined;
      // The document stays: it knows the number that the next holder's must be greater than.
      await jobs.updateOne({ _id, owner }, { $set: { expiresAt: new Date(0) }, $unset: { owner: 1 } });
    },
  };
}

/** True while somebody holds the lease. */
export async function isHeld({ database, name, now = Date.now }: Omit<LeaseOptions, 'lifeMs'>): Promise<boolean> {
  const alive = { _id: leaseId(name), expiresAt: { $gt: new Date(now()) } };
  return (await database.models.jobs.countDocuments(alive, { limit: 1 })) === 1;
}

/** Key of a lease among the jobs. */
export function leaseId(name: string): string {
  return `lease:${name}`;
}

/** Whose lease, for what, and for how long without a sign of life. */
export interface LeaseOptions {
  readonly database: Pick<Database, 'connection' | 'models'>;
  readonly name: string;
  /** Token that is fed under the lease. */
  readonly tokenId?: string;
  readonly lifeMs: number;
  now?(): number;
}

interface Held {
  readonly fence: number;
  readonly until: number;
}

interface Taking extends Pick<LeaseOptions, 'name' | 'tokenId'> {
  readonly owner: string;
  readonly now: number;
  readonly until: number;
}

async function takeLease({ session, collection }: Unit, taking: Taking): Promise<number | undefined> {
  const { name, tokenId, owner, now, until } = taking;
  const _id = leaseId(name);
  const stored = await collection('jobs').findOne({ _id }, { session });
  const isAlive = (stored?.expiresAt?.getTime() ?? 0) > now;
  if (isAlive && stored?.owner !== owner) return undefined;
  // Another holder never shares a number; the same one, asking twice at once, gets the one that it has.
  if (isAlive && stored?.fence !== undefined) return stored.fence;
  const tokens = collection('tokens');
  const token =
    tokenId === undefined ? null : await tokens.findOne({ _id: tokenId }, { session, projection: { fence: 1 } });
  if (tokenId !== undefined && !token) throw new TokenNotFoundError({ token: tokenId });
  // Above both: the token may have been fed under a lease of another name, or the document of the lease may be lost.
  const fence = Math.max(stored?.fence ?? 0, token?.fence ?? 0) + 1;
  const fresh = { kind: 'lease', tokenId: '', createdAt: new Date(now) };
  const fields = { owner, expiresAt: new Date(until), fence };
  await collection('jobs').updateOne({ _id }, { $set: fields, $setOnInsert: fresh }, { session, upsert: true });
  if (token) await tokens.updateOne({ _id: token._id }, { $set: { fence } }, { session });
  return fence;
}

/** Two processes that find no lease make it at the same time: one of them is told that the key is there already. */
function unlessTaken(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 11_000) throw error;
}
