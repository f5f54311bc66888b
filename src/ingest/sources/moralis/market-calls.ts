import type { z } from 'zod';
import type { PriceInput } from '../../batch.js';
import * as answers from './answers.js';
import type { MoralisClient } from './client.js';

/** An answer, or why there is none to be had: a chain without prices is a fact, not a failure. */
export type Offered<T> =
  | { readonly offered: true; readonly value: T }
  | { readonly offered: false; readonly reason: string };

/** The calls of Moralis about what tokens cost, for chains where it knows that. */
export interface MarketCalls {
  /** Price at the newest block; undefined where the token has no pool. */
  price(address: string, signal?: AbortSignal): Promise<Offered<PriceInput | undefined>>;
  /** Prices of several tokens at the newest block by address; those without a pool are left out. */
  prices(addresses: readonly string[], signal?: AbortSignal): Promise<Offered<ReadonlyMap<string, PriceInput>>>;
  /** Closing prices with volumes of a pair's candles that are over, each at the last millisecond of its candle. */
  ohlcv(request: CandleRequest): Promise<Offered<readonly PriceInput[]>>;
  pairs(address: string, signal?: AbortSignal): Promise<Offered<readonly z.output<typeof answers.pairAnswer>[]>>;
}

/** Candles of a pair in a span of time, in milliseconds. */
export interface CandleRequest {
  readonly pair: string;
  readonly timeframe: keyof typeof frameMs;
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal;
}

/** Makes the calls; on chains that Moralis has no prices for they cost nothing. */
export function createMarketCalls({ client, chainId, chain, pageSize, now = Date.now }: Deps): MarketCalls {
  const limit = String(pageSize);
  const offered = async <T>(ask: () => Promise<T>): Promise<Offered<T>> =>
    withoutPrices.has(chainId) ? notOffered(chainId) : { offered: true, value: await ask() };
  return {
    price: (address, signal) =>
      offered(async () => {
        const call = { operation: 'price', path: `/erc20/${address}/price`, query: { chain }, signal } as const;
        const found = await client.ask(call, answers.priceAnswer);
        return found && toPrice(found, now());
      }),
    prices: (addresses, signal) =>
      offered(async () => {
        const body = { tokens: addresses.map((token_address) => ({ token_address })) };
        const call = { operation: 'prices', path: '/erc20/prices', query: { chain }, body, signal } as const;
        const found = (await client.ask(call, answers.priceAnswer.array())) ?? [];
        return new Map(
          found.flatMap((answer) => {
            const price = toPrice(answer, now());
            return price && answer.tokenAddress ? [[answer.tokenAddress, price] as const] : [];
          }),
        );
      }),
    ohlcv: ({ pair, timeframe, from, to, signal }) =>
      offered(async () => {
        const [fromDate, toDate] = [from, to].map((ms) => new Date(ms).toISOString()) as [string, string];
        const query = { chain, timeframe, currency: 'usd', fromDate, toDate, limit };
        const candles = new Map<number, PriceInput>();
        const call = { operation: 'ohlcv', path: `/pairs/${pair}/ohlcv`, query, signal } as const;
        for await (const page of client.pages(call, answers.candleAnswer, ({ timestamp }) => String(timestamp))) {
          for (const { timestamp: start, close: price, volume } of page) {
            const timestamp = start + frameMs[timeframe] - 1;
            if (timestamp < now())
              candles.set(timestamp, { timestamp, price, volume, where: `Moralis, candle of ${pair}` });
          }
        }
        return [...candles.values()].sort((a, b) => a.timestamp - b.timestamp);
      }),
    pairs: (address, signal) =>
      offered(async () => {
        const call = { operation: 'pairs', path: `/erc20/${address}/pairs`, query: { chain, limit }, signal } as const;
        const found: Array<z.output<typeof answers.pairAnswer>> = [];
        for await (const page of client.pages(call, answers.pairAnswer, ({ pair_address }) => pair_address))
          found.push(...page);
        return found;
      }),
  };
}

interface Deps {
  readonly client: MoralisClient;
  readonly chainId: number;
  readonly chain: string;
  readonly pageSize: number;
  readonly now?: (() => number) | undefined;
}

/** Lisk and Lisk Sepolia. */
const withoutPrices: ReadonlySet<number> = new Set([1135, 4202]);

const minuteMs = 60_000;

/** Lengths of candles; months have none. */
const frameMs = {
  '1min': minuteMs,
  '5min': 5 * minuteMs,
  '10min': 10 * minuteMs,
  '30min': 30 * minuteMs,
  '1h': 60 * minuteMs,
  '4h': 240 * minuteMs,
  '12h': 720 * minuteMs,
  '1d': 1440 * minuteMs,
  '1w': 10_080 * minuteMs,
} as const;

function notOffered(chainId: number): { offered: false; reason: string } {
  return {
    offered: false,
    reason: `Moralis has no prices for chain ${chainId}; configure a price feed or a pool, or import prices from a file.`,
  };
}

/** The formatted price is text with more places than the number has. */
function toPrice(answer: z.output<typeof answers.priceAnswer>, now: number): PriceInput | undefined {
  const price = answer.usdPriceFormatted ?? answer.usdPrice;
  if (price === undefined || price === null) return undefined;
  return { timestamp: answer.blockTimestamp ?? now, price, volume: '0', where: 'Moralis, price' };
}
