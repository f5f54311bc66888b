import { SourceError } from '../../../errors.js';
import { dayMs } from '../../../models/calendar.js';
import type { ChainCalls } from './chain-calls.js';
import { operationCosts } from './operations.js';
import { reserveOf } from './spread.js';
import type { UsageStore } from './usage.js';

/** Looks at what opening balances cost before any of it is paid. */
export interface OpeningPrice {
  /**
   * Throws SOURCE_REFUSED where the owners of a token cost more than a whole day has, since each try would begin at the first page again
   * and leave nothing for other tokens, and BUDGET_EXHAUSTED where only today has too little left.
   */
  check(address: string, signal: AbortSignal): Promise<void>;
}

/** Asks for the number of holders once a day and token. */
export function createOpeningPrice({ chain, usage, pageSize, now = Date.now }: Deps): OpeningPrice {
  const counts = new Map<string, { readonly day: number; readonly holders: number | undefined }>();
  const countOf = async (address: string, signal: AbortSignal): Promise<number | undefined> => {
    const day = Math.floor(now() / dayMs);
    const known = counts.get(address);
    if (known?.day === day) return known.holders;
    const holders = await chain.holderCount(address, signal);
    counts.set(address, { day, holders });
    return holders;
  };
  return {
    check: async (address, signal) => {
      const holders = await countOf(address, signal);
      if (holders === undefined) return;
      const pages = Math.max(1, Math.ceil(holders / pageSize));
      const cost = pages * operationCosts.owners.price;
      const { left, limit } = await usage.budget();
      const price = `Moralis: the opening balances of ${address} are ${pages} pages of ${holders} owners and cost ${cost} compute units`;
      if (cost > limit - reserveOf({ limit, now: midnight })) {
        throw new SourceError(
          'SOURCE_REFUSED',
          `${price}; of the ${limit} of a day (MORALIS_CU_PER_DAY) a quarter is kept for syncs. Raise it and MORALIS_PAGE_SIZE with a larger plan, import a file of opening balances (import --opening-balances), or read from the creation of the contract (backfill without --from).`,
          { details: { holders, cost, limit } },
        );
      }
      if (cost > left - reserveOf({ limit, now: now() })) {
        throw new SourceError(
          'BUDGET_EXHAUSTED',
          `${price}; ${left} of the ${limit} of this UTC day (MORALIS_CU_PER_DAY) are left, part of them for syncs. They are read tomorrow.`,
          { details: { cost, left, limit } },
        );
      }
    },
  };
}

interface Deps {
  readonly chain: Pick<ChainCalls, 'holderCount'>;
  readonly usage: Pick<UsageStore, 'budget'>;
  readonly pageSize: number;
  readonly now?: (() => number) | undefined;
}

/** When a day has all its units, and all its syncs are still to come. */
const midnight = 0;
