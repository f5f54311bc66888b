import { dayMs } from '../../../models/calendar.js';
import { operationCosts } from './operations.js';
import type { SharedHead } from './shared-head.js';
import type { UsageStore } from './usage.js';

/**
 * Spreads what is left of the day's compute units over the rest of the day, so that tokens are synced until midnight however often the
 * schedule comes. Only what a quiet sync costs is spread: pages of new transfers have to be paid for once, however many rounds there are.
 */
export interface Spread {
  /** Runs a round over so many tokens, which share one look at the newest block; false when it is put off. */
  round(tokens: number, run: () => Promise<void>): Promise<boolean>;
  /**
   * True when a token that something was said about may be synced now. Such syncs go first: at once while nine tenths of an even share are
   * left for the rest of the day, else as often as if nothing else were synced.
   */
  mayFollowHint(): Promise<boolean>;
}

/** Makes it; rounds are counted where all processes on the database see them, and restarts do not forget them. */
export function createSpread({ usage, head, warn, now = Date.now }: Deps): Spread {
  let hintAt = Number.NEGATIVE_INFINITY;
  let told = longPauseMs;
  const tell = (pauseMs: number, { tokens, left, limit }: { tokens: number; left: number; limit: number }): void => {
    if (pauseMs < told) return;
    told = 2 * pauseMs;
    const every = Number.isFinite(pauseMs) ? `every ${Math.ceil(pauseMs / 1000)} s` : 'tomorrow';
    warn(
      `Moralis: ${left} of the ${limit} compute units of this UTC day (MORALIS_CU_PER_DAY) are left, and a round of syncs (${tokens} tokens) costs ${costOf(tokens)}: rounds start ${every}, not by SYNC_SCHEDULE. What Streams deliver goes first.`,
    );
  };
  return {
    round: async (tokens, run) => {
      if (tokens === 0) return false;
      const { left, limit } = await usage.budget();
      const pauseMs = pauseOf({ cost: costOf(tokens), left, restMs: restOfDay(now()) });
      tell(pauseMs, { tokens, left, limit });
      if (!(await usage.claimRound(pauseMs))) return false;
      await head.share(run);
      return true;
    },
    mayFollowHint: async () => {
      const { left, limit } = await usage.budget();
      const restMs = restOfDay(now());
      const cost = costOf(1);
      const isAhead = left >= cost && left >= (1 - burst) * limit * (restMs / dayMs);
      const mayStart = isAhead || now() - hintAt >= pauseOf({ cost, left, restMs });
      if (!mayStart) return false;
      hintAt = now();
      head.renew();
      return true;
    },
  };
}

/** Milliseconds until the end of the UTC day. */
function restOfDay(now: number): number {
  return dayMs - (now % dayMs);
}

/** Units that long histories leave for the syncs of the rest of the day: a quarter of an even share. */
export function reserveOf({ limit, now }: { limit: number; now: number }): number {
  return (limit / 4) * (restOfDay(now) / dayMs);
}

interface Deps {
  readonly usage: Pick<UsageStore, 'budget' | 'claimRound'>;
  readonly head: Pick<SharedHead, 'share' | 'renew'>;
  readonly warn: (message: string) => void;
  readonly now?: (() => number) | undefined;
}

/** Compute units of a round in which nothing happened: the newest block once, one page for each token. */
function costOf(tokens: number): number {
  const { latestBlockNumber, dateToBlock, transfers } = operationCosts;
  return latestBlockNumber.price + dateToBlock.price + tokens * transfers.price;
}

/** Least pause with which such costs fit evenly into the rest of the day; endless where not even one fits. */
function pauseOf({ cost, left, restMs }: { cost: number; left: number; restMs: number }): number {
  return left < cost ? Number.POSITIVE_INFINITY : (cost * restMs) / left;
}

/** Part of the day's units that hints may use ahead of time. */
const burst = 0.1;
/** Shorter pauses are not worth a word. */
const longPauseMs = 60_000;
