import type { Database } from '../../../database.js';
import { SourceError } from '../../../errors.js';
import { dayMs } from '../../../models/calendar.js';

/** Compute units used on this UTC day, by all processes on the database, before and after restarts. */
export interface UsageStore {
  /** Takes units of the day's budget, or refuses with BUDGET_EXHAUSTED and takes none. */
  charge(units: number): Promise<void>;
  budget(): Promise<Budget>;
  /** True for one process at a time, at least so many milliseconds after the last that heard it. */
  claimRound(pauseMs: number): Promise<boolean>;
}

/** The day's compute units. */
export interface Budget {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
}

/** A document of `jobs` for each day; taking units is one atomic command, so that processes side by side never go beyond the limit. */
export function createUsageStore({ database, limit, now = Date.now }: Options): UsageStore {
  const { jobs } = database.models;
  let opened: string | undefined;
  let isPlaced = false;
  /** Makes the day's document; those of earlier days go. */
  const open = async (): Promise<string> => {
    const today = now() - (now() % dayMs);
    const _id = `usage:moralis:${new Date(today).toISOString().slice(0, 10)}`;
    if (opened === _id) return _id;
    const fresh = { kind: 'usage', tokenId: '', createdAt: new Date(today), used: 0 };
    await jobs.updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true });
    await jobs.deleteMany({ kind: 'usage', createdAt: { $lt: new Date(today) } });
    opened = _id;
    return _id;
  };
  return {
    charge: async (units) => {
      const _id = await open();
      const { matchedCount } = await jobs.updateOne({ _id, used: { $lte: limit - units } }, { $inc: { used: units } });
      if (matchedCount === 1) return;
      const { used } = await budgetOf(database, _id, limit);
      throw new SourceError(
        'BUDGET_EXHAUSTED',
        `Moralis: the call costs ${units} compute units, but ${used} of the ${limit} of this UTC day (MORALIS_CU_PER_DAY) are used. It goes on tomorrow; raise the number if the plan allows it.`,
        { details: { used, limit } },
      );
    },
    budget: async () => budgetOf(database, await open(), limit),
    claimRound: async (pauseMs) => {
      if (!Number.isFinite(pauseMs)) return false;
      if (!isPlaced) {
        const never = { kind: 'round', tokenId: '', createdAt: new Date(0) };
        await jobs.updateOne({ _id: roundId }, { $setOnInsert: never }, { upsert: true });
        isPlaced = true;
      }
      const createdAt = { $lte: new Date(now() - pauseMs) };
      const claim = { createdAt: new Date(now()), expiresAt: new Date(now() + 2 * pauseMs + graceMs) };
      return (await jobs.updateOne({ _id: roundId, createdAt }, { $set: claim })).matchedCount === 1;
    },
  };
}

/** Key of the last round of syncs among the jobs; until it expires, tokens without a lease are fed nevertheless. */
export const roundId = 'round:moralis';

const graceMs = 120_000;

interface Options {
  readonly database: Pick<Database, 'models'>;
  readonly limit: number;
  readonly now?: () => number;
}

async function budgetOf(database: Pick<Database, 'models'>, _id: string, limit: number): Promise<Budget> {
  const stored = await database.models.jobs.findOne({ _id }, { used: 1 }).lean();
  const used = stored?.used ?? 0;
  return { used, limit, left: Math.max(0, limit - used) };
}
