import { decodeAmount } from '../../../models/amount.js';
import { addDays, countDays, dayOf, startOfDay } from '../../../models/calendar.js';
import type { Models, Row } from '../../../models/models.js';
import type { Batch } from '../../batch.js';
import { blockAt, firstBlockFrom, timeOfBlock } from './clock.js';
import { createFeed, type Feed } from './feed.js';
import { type DemoProfile, demoDays } from './profiles.js';
import { blockHash } from './rows.js';

/** One token of the demo in the database. */
export interface DemoToken {
  readonly symbol: string;
  /**
   * Takes it to the newest block: makes the token if there is none, goes on from what is stored if there is, in parts that are committed
   * one by one. Before each part `mayGoOn` is asked; false ends the call early.
   */
  advance(options: { mayGoOn(): Promise<boolean>; onPart(part: PartOfToken): void }): Promise<void>;
}

/** How far a token is after a part: the transfers of the part, and the part of its time that is filled, 0 to 1. */
export interface PartOfToken {
  readonly transfers: number;
  readonly share: number;
}

/** Prepares a demo token; nothing is read or written before `advance`. */
export function createDemoToken(deps: DemoTokenDeps): DemoToken {
  let open: OpenToken | undefined;
  return {
    symbol: deps.profile.symbol,
    async advance({ mayGoOn, onPart }) {
      try {
        if (open && isOutgrown({ ...open, now: deps.now() })) open = undefined;
        open ??= await openToken(deps);
        const from = open.doneBlock;
        const head = blockAt(deps.now());
        while (open.doneBlock < head && (await mayGoOn())) {
          const transfers = await commitPart(deps, open, Math.min(head, open.doneBlock + blocksOfPart));
          onPart({ transfers, share: (open.doneBlock - from) / (head - from) });
        }
      } catch (error) {
        // What is in memory may be ahead of the database now: the next call reads again where it stands.
        open = undefined;
        throw error;
      }
    },
  };
}

async function commitPart({ pipeline, profile }: DemoTokenDeps, open: OpenToken, untilBlock: number): Promise<number> {
  const { tokenId, feed } = open;
  const { transfers, prices } = feed.take({ untilBlock, lively: untilBlock - open.doneBlock <= livelyGap });
  await pipeline.commit({
    tokenId,
    source: 'demo',
    ...(transfers.length > 0 && { transfers }),
    ...(prices.length > 0 && { prices }),
    asOf: {
      blockNumber: untilBlock,
      time: timeOfBlock(untilBlock),
      hash: blockHash(untilBlock),
      finalizedBlock: Math.max(firstBlockFrom(startOfDay(open.startDay).getTime()), untilBlock - blocksToFinality),
    },
    checkpoint: {
      name: `demo:${profile.symbol}`,
      blockNumber: untilBlock,
      blockHash: blockHash(untilBlock),
      logIndex: null,
    },
  });
  open.doneBlock = untilBlock;
  open.rows += transfers.length;
  return transfers.length;
}

async function openToken({ models, tokens, profile, lane, now }: DemoTokenDeps): Promise<OpenToken> {
  const { contractAddress } = profile;
  let token: Row<'tokens'> | null = await models.tokens.findOne({ contractAddress }).lean();
  if (token && isOutgrown({ startDay: token.totals.firstDay, rows: token.totals.transferRows, now: now() })) {
    await tokens.deleteToken(token._id);
    token = null;
  }
  await tokens.runPurges();
  const { name, symbol, decimals, paymentRule } = profile;
  token ??= await tokens.createToken({ name, symbol, contractAddress, decimals, paymentRule });
  const tokenId = token._id;
  const startDay = token.totals.firstDay ?? addDays(dayOf(now()), 1 - demoDays);
  const doneBlock = token.asOfBlock ?? firstBlockFrom(startOfDay(startDay).getTime()) - 1;
  const holders = await models.holders.find({ tokenId }, { address: 1, balance: 1, _id: 0 }).lean();
  const balances = holders.map(({ address, balance }) => [address, decodeAmount(balance)] as const);
  const feed = createFeed({ profile, lane, startDay, afterBlock: doneBlock, balances });
  return { tokenId, startDay, doneBlock, rows: token.totals.transferRows, feed };
}

/** Growth on disk is bounded: a token that is too long or too large is made anew. */
function isOutgrown({ startDay, rows, now }: { startDay: string | null; rows: number; now: number }): boolean {
  return rows > maxRows || (startDay !== null && countDays(startDay, dayOf(now)) > maxDays);
}

/** Transfers and days at which a demo token is made anew. */
export const maxRows = 30_000;
const maxDays = demoDays + 60;

// Twenty days: a few hundred rows, so that progress is seen and a request never waits long behind a commit.
const blocksOfPart = 20 * 43_200;
const blocksToFinality = 600;
// A gap of more blocks is catching up, where nobody watches.
const livelyGap = 5;

interface OpenToken {
  readonly tokenId: string;
  readonly startDay: string;
  readonly feed: Feed;
  doneBlock: number;
  rows: number;
}

/** What a demo token needs; the pipeline and the token service are named by what is used of them. */
export interface DemoTokenDeps {
  readonly models: Models;
  readonly pipeline: { commit(batch: Batch): Promise<unknown> };
  readonly tokens: DemoTokenService;
  readonly profile: DemoProfile;
  readonly lane: number;
  now(): number;
}

/** The part of the token service that the demo uses. */
export interface DemoTokenService {
  createToken(
    input: Pick<DemoProfile, 'name' | 'symbol' | 'contractAddress' | 'decimals' | 'paymentRule'>,
  ): Promise<Row<'tokens'>>;
  deleteToken(id: string): Promise<boolean>;
  runPurges(): Promise<void>;
}
