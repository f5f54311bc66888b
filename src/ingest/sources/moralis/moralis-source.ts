import type { BreakerState } from '../../../cache/breaker.js';
import type { Config } from '../../../config.js';
import { SourceError, TokenNotFoundError } from '../../../errors.js';
import type { Telemetry } from '../../../telemetry.js';
import type { Openings } from '../../batch.js';
import type { Part, Source } from '../source.js';
import { createUpstream } from '../upstream.js';
import { createChainCalls } from './chain-calls.js';
import { createMoralisClient } from './client.js';
import { createMarketCalls, type MarketCalls } from './market-calls.js';
import { createOpeningPrice } from './opening-price.js';
import { createPace } from './pace.js';
import { type ConfirmBalances, readOpenings } from './read-openings.js';
import { readParts } from './read-parts.js';
import { createSharedHead } from './shared-head.js';
import { createSpread, reserveOf, type Spread } from './spread.js';
import type { Budget, UsageStore } from './usage.js';

/** Tokens of a chain as Moralis knows them. It proves nothing by hashes of headers, so it reads again what may still be replaced. */
export interface MoralisSource extends Source, MarketCalls {
  readonly name: 'moralis';
  /** Balances before a block, for a token that another source feeds. */
  openings(request: { address: string; fromBlock: number; signal: AbortSignal }): Promise<Openings>;
  /** Compute units of this UTC day. */
  budget(): Promise<Budget>;
  /** When syncs may start, so that the day's units last the whole day. */
  readonly spread: Spread;
  readonly state: BreakerState;
}

/** Makes the source; throws ConfigurationError when there is no usable MORALIS_API_KEY. */
export function createMoralisSource(deps: MoralisDeps): MoralisSource {
  const { config, chainId, source: settings, usage, telemetry, confirm, now } = deps;
  const upstream = createUpstream({ name: 'moralis', settings, telemetry });
  const client = createMoralisClient({ config, upstream, usage, pace: createPace({ perSecond: unitsPerSecond }) });
  const named = { client, chain: `0x${chainId.toString(16)}`, pageSize: config.pageSize, now };
  const chain = createChainCalls(named);
  const head = createSharedHead(chain.head);
  const spread = createSpread({ usage, head, warn: (message) => telemetry.warn(message), now });
  const shared = { ...chain, head: head.ask };
  const price = createOpeningPrice({ chain, usage, pageSize: config.pageSize, now });
  /** Of a long history only as much is read as leaves the other tokens their syncs. */
  const leaveReserve = async ({ checkpoint, headBlock }: Part): Promise<void> => {
    if (!checkpoint || headBlock === null || (checkpoint.blockNumber ?? -1) >= headBlock) return;
    const { left, limit } = await usage.budget();
    if (left >= reserveOf({ limit, now: (now ?? Date.now)() })) return;
    throw new SourceError(
      'BUDGET_EXHAUSTED',
      `Moralis: ${left} of the ${limit} compute units of this UTC day (MORALIS_CU_PER_DAY) are left, and those are for syncs. The history stands at block ${checkpoint.blockNumber} of ${headBlock} and goes on bit by bit, or tomorrow.`,
      { details: { left, limit } },
    );
  };
  return {
    name: 'moralis',
    ...createMarketCalls({ ...named, chainId }),
    describe: async (address) => {
      const known = await chain.metadata(address.toLowerCase());
      // For an address without a contract Moralis answers an entry in which nothing is filled in.
      const isContract =
        known && [known.name, known.symbol, known.decimals, known.total_supply].some((it) => it !== undefined);
      if (!isContract) throw new TokenNotFoundError({ token: address });
      return { name: known.name, symbol: known.symbol, decimals: known.decimals, totalSupply: known.total_supply };
    },
    head: async () => {
      const { blockNumber, time, finalizedBlock } = await chain.head();
      return { blockNumber, time, finalizedBlock };
    },
    read: async function* (request) {
      const { signal } = request;
      try {
        for await (const part of readParts({ chain: shared, price, confirm, request })) {
          if (signal.aborted) return;
          yield part;
          await leaveReserve(part);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    openings: async ({ address, fromBlock, signal }) => {
      const head = await chain.head(signal);
      return (await readOpenings({ chain, price, confirm }, { address, fromBlock, head, signal })).openings;
    },
    budget: () => usage.budget(),
    spread,
    get state() {
      return upstream.state;
    },
    close: async () => upstream.close(),
  };
}

/** What the source needs. */
export interface MoralisDeps {
  readonly config: Config['moralis'];
  readonly chainId: number;
  readonly source: Config['source'];
  readonly usage: UsageStore;
  readonly telemetry: Telemetry;
  /** Balances by a node, where there is one: opening balances are exact then. */
  readonly confirm?: ConfirmBalances | undefined;
  readonly now?: (() => number) | undefined;
}

/** What the smallest plan allows in a second. */
const unitsPerSecond = 1000;
