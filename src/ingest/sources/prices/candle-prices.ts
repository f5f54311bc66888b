import type { MoralisSource } from '../moralis/moralis-source.js';
import type { PriceReader } from './price-reader.js';

/**
 * Closing prices of a pair's hourly candles, as Moralis has them; read at the newest block, from the newest stored price on, thirty days
 * back at the first time. A chain that Moralis has no prices for has none here either, which `onNone` is told once.
 */
export function createCandlePrices({
  market,
  pair,
  onNone,
  now = Date.now,
}: {
  market: Pick<MoralisSource, 'ohlcv'>;
  pair: string;
  onNone: (reason: string) => void;
  now?: () => number;
}): PriceReader {
  let isOffered = true;
  return {
    read: async ({ isHead, newest, signal }) => {
      const to = now();
      // The next candle is over an hour after the one that is stored.
      if (!isHead || !isOffered || (newest !== null && to - newest < hourMs)) return [];
      const from = newest === null ? to - firstMs : newest + 1;
      const answer = await market.ohlcv({ pair, timeframe: '1h', from, to, signal });
      if (answer.offered) return [...answer.value];
      isOffered = false;
      onNone(answer.reason);
      return [];
    },
  };
}

const hourMs = 3_600_000;
const firstMs = 30 * 24 * hourMs;
