import { TokenNotFoundError } from '../../../errors.js';
import { startOfDay } from '../../../models/calendar.js';
import type { Position } from '../../batch.js';
import type { Part, Source } from '../source.js';
import { blockAt, firstBlockFrom, timeOfBlock } from './clock.js';
import { createFeed, type Feed, type FeedOptions } from './feed.js';
import { blockHash } from './rows.js';

/**
 * One token of the demo as a source. What it has to remember is what the store holds: behind any position it goes on with the balances
 * that stand there. Its blocks are those of the clock, and never replaced.
 */
export function createDemoSource({ profile, lane, stand, now }: DemoSourceDeps): Source {
  const { contractAddress, name, symbol, decimals } = profile;
  const check = (address: string): void => {
    if (address !== contractAddress) throw new TokenNotFoundError({ token: address });
  };
  let idle: OpenFeed | undefined;
  let given: { readonly behind: number; readonly until: number } | undefined;

  const openBehind = async (after: Position | null): Promise<OpenFeed> => {
    const { startDay, balances } = await stand(after);
    const firstBlock = firstBlockFrom(startOfDay(startDay).getTime());
    const done = after?.blockNumber ?? firstBlock - 1;
    return { firstBlock, done, feed: createFeed({ profile, lane, startDay, afterBlock: done, balances }) };
  };

  return {
    name: 'demo',
    describe: async (address) => {
      check(address);
      return { name, symbol, decimals };
    },
    head: async () => {
      const blockNumber = blockAt(now());
      return {
        blockNumber,
        time: timeOfBlock(blockNumber),
        finalizedBlock: Math.max(0, blockNumber - blocksToFinality),
      };
    },
    read: async function* ({ address, after, signal }) {
      check(address);
      const head = blockAt(now());
      // A feed that is not where the position is gave a part that was not committed, or another process went on from there.
      const open = idle && after?.blockNumber === idle.done ? idle : await openBehind(after);
      idle = undefined;
      let position = after;
      try {
        while (open.done < head && !signal.aborted) {
          // Where a part ends may decide about its last row: given again, it ends where it did.
          const until = given?.behind === open.done ? given.until : Math.min(head, open.done + blocksOfPart);
          given = { behind: open.done, until };
          const part = makePart(open, { until, head, after: position, name: `demo:${symbol}` });
          position = { blockNumber: until, blockHash: blockHash(until) };
          yield part;
        }
      } finally {
        idle = open;
      }
    },
    close: async () => undefined,
  };
}

/** What the source of a demo token needs. */
export interface DemoSourceDeps extends Pick<FeedOptions, 'profile' | 'lane'> {
  /** What the store holds of the token behind a position; for null, before its first row. */
  stand(after: Position | null): Promise<Pick<FeedOptions, 'startDay' | 'balances'>>;
  now(): number;
}

interface OpenFeed {
  readonly firstBlock: number;
  readonly feed: Feed;
  done: number;
}

function makePart(open: OpenFeed, { until, head, after, name }: PartPlace): Part {
  const { transfers, prices } = open.feed.take({ untilBlock: until, lively: until - open.done <= livelyGap });
  open.done = until;
  const finalizedBlock = Math.max(open.firstBlock, until - blocksToFinality);
  const finalized = { blockNumber: finalizedBlock, blockHash: blockHash(finalizedBlock) };
  const hash = blockHash(until);
  return {
    after,
    ...(transfers.length > 0 && { transfers }),
    ...(prices.length > 0 && { prices }),
    asOf: { blockNumber: until, time: timeOfBlock(until), hash, finalizedBlock },
    checkpoint: { name, blockNumber: until, blockHash: hash, logIndex: null, finalized },
    headBlock: head,
  };
}

interface PartPlace {
  readonly until: number;
  readonly head: number;
  readonly after: Position | null;
  readonly name: string;
}

// Twenty days: a few hundred rows, so that progress is seen and a request never waits long behind a commit.
const blocksOfPart = 20 * 43_200;
const blocksToFinality = 600;
// A gap of more blocks is catching up, where nobody watches.
const livelyGap = 5;
