import { randomBytes } from 'node:crypto';
import type { Models } from '../../../models/models.js';

/** Says which of several processes on one database does the work. */
export interface Lease {
  /** Takes the lease or keeps it; false while another process has it. Asks the database only when a third of its life is over. */
  hold(): Promise<boolean>;
  /** Gives it back, so that another process can go on at once. */
  release(): Promise<void>;
}

/** A lease that is a document of `jobs`; a process that dies loses it after `lifeMs`. */
export function createLease({ models, name, lifeMs, now }: LeaseOptions): Lease {
  const _id = `lease:${name}`;
  const owner = randomBytes(8).toString('hex');
  const { jobs } = models;
  let heldUntil = 0;

  const ask = async (expiresAt: Date): Promise<boolean> => {
    const renewed = await jobs.updateOne({ _id, owner }, { $set: { expiresAt } });
    if (renewed.matchedCount === 1) return true;
    const taken = await jobs.updateOne({ _id, expiresAt: { $lte: new Date(now()) } }, { $set: { owner, expiresAt } });
    if (taken.matchedCount === 1) return true;
    const document = { kind: 'lease', tokenId: '', createdAt: new Date(now()), owner, expiresAt };
    const made = await jobs.updateOne({ _id }, { $setOnInsert: document }, { upsert: true }).catch(unlessTaken);
    return made?.upsertedCount === 1;
  };

  return {
    async hold() {
      if (heldUntil - now() > (lifeMs * 2) / 3) return true;
      const expiresAt = now() + lifeMs;
      heldUntil = 0;
      if (!(await ask(new Date(expiresAt)))) return false;
      heldUntil = expiresAt;
      return true;
    },
    async release() {
      heldUntil = 0;
      await jobs.deleteOne({ _id, owner });
    },
  };
}

/** True while somebody holds the lease. */
export async function isHeld({ models, name, now }: Omit<LeaseOptions, 'lifeMs'>): Promise<boolean> {
  const held = { _id: `lease:${name}`, expiresAt: { $gt: new Date(now()) } };
  return (await models.jobs.countDocuments(held, { limit: 1 })) === 1;
}

// Two processes that find no lease make it at the same time: one of them is told that the key is there already.
function unlessTaken(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 11_000) throw error;
}

/** Whose lease, for what, and for how long without a sign of life. */
export interface LeaseOptions {
  readonly models: Pick<Models, 'jobs'>;
  readonly name: string;
  readonly lifeMs: number;
  now(): number;
}
