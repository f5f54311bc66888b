import type { PriceInput, TransferInput } from '../../batch.js';
import { hourMs, hourNumber, timeOfBlock } from './clock.js';
import { playEvent } from './events.js';
import { createLedger } from './ledger.js';
import { parties } from './parties.js';
import { type PlannedEvent, planHour } from './plan.js';
import { isPriceHour, priceAt } from './price.js';
import type { DemoProfile } from './profiles.js';
import { createRandom } from './random.js';
import { toTransfers } from './rows.js';

/** Makes the rows of one demo token, block after block. */
export interface Feed {
  /**
   * Transfers (in order) and prices after what was taken before, to the end of a block. `lively` adds a transfer to that block now and
   * then, so that somebody who watches sees something happen; without it the rows depend on nothing but the options of the feed.
   */
  take(options: { untilBlock: number; lively?: boolean }): FeedPart;
}

/** What happened since the part before. */
export interface FeedPart {
  readonly transfers: TransferInput[];
  readonly prices: PriceInput[];
}

/**
 * Opens the feed behind a block, with the balances that stand there. Pure: equal options give equal rows, and a feed that is opened with
 * the balances another one made goes on exactly as that one would, so that the database is all that has to be remembered.
 */
export function createFeed({ profile, lane, startDay, afterBlock, balances }: FeedOptions): Feed {
  const ledger = createLedger({ special: parties(profile.symbol), firstWallet: profile.firstWallet, balances });
  let done = afterBlock;

  const play = (event: PlannedEvent, earlier: readonly TransferInput[]): TransferInput[] => {
    const { symbol } = profile;
    const { blockNumber } = event;
    const before = earlier.filter((transfer) => transfer.blockNumber === blockNumber).length;
    const random = createRandom(`${event.kind} ${symbol} ${blockNumber} ${before}`);
    return toTransfers({ movements: playEvent({ event, profile, ledger, random }), blockNumber, symbol, lane, before });
  };

  return {
    take({ untilBlock, lively = false }) {
      const part: FeedPart = { transfers: [], prices: [] };
      const doneAt = timeOfBlock(done);
      const lastHour = hourNumber(timeOfBlock(untilBlock));
      for (let hour = hourNumber(doneAt); hour <= lastHour; hour++) {
        if (hour * hourMs > doneAt && isPriceHour({ startDay, hour })) part.prices.push(priceAt({ profile, hour }));
        const ofHour: TransferInput[] = [];
        for (const event of planHour({ profile, startDay, hour })) {
          if (event.blockNumber > done && event.blockNumber <= untilBlock) ofHour.push(...play(event, ofHour));
        }
        part.transfers.push(...ofHour);
      }
      if (lively && untilBlock > done && createRandom(`lively ${profile.symbol} ${untilBlock}`).next() < livelyShare) {
        part.transfers.push(...play({ kind: 'transfer', blockNumber: untilBlock }, part.transfers));
      }
      done = Math.max(done, untilBlock);
      return part;
    },
  };
}

// One block in sixty: with four tokens and a block every two seconds something moves about twice a minute.
const livelyShare = 1 / 60;

/** Where a feed begins. */
export interface FeedOptions {
  readonly profile: DemoProfile;
  /** Number of the token among the demo tokens. */
  readonly lane: number;
  /** UTC day on which the token begins. */
  readonly startDay: string;
  readonly afterBlock: number;
  /** Balances after that block, of every address seen until then. */
  readonly balances: Iterable<readonly [address: string, balance: bigint]>;
}
