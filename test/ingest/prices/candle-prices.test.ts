import { describe, expect, it } from 'vitest';
import type { CandleRequest } from '../../../src/ingest/sources/moralis/market-calls.js';
import { createPriceReader } from '../../../src/ingest/sources/prices/price-setting.js';

const pair = `0x${'ca'.repeat(20)}`;
const address = `0x${'aa'.repeat(20)}`;
const hour = 3_600_000;
const range = { fromBlock: 1, toBlock: 9, finalizedBlock: null, isHead: true };
const { signal } = new AbortController();

function open({ offered = true } = {}) {
  const asked: CandleRequest[] = [];
  const told: string[] = [];
  const row = { timestamp: Date.now() - 2 * hour, price: '1.5', volume: '20', where: 'candle' };
  const reader = createPriceReader({
    setting: `candles:${pair}`,
    address,
    market: {
      ohlcv: async (request) => {
        asked.push(request);
        return offered ? { offered, value: [row] } : { offered: false, reason: 'no prices for chain 1135' };
      },
    },
    onNone: (reason) => told.push(reason),
  });
  return { asked, told, row, read: (newest: number | null) => reader.read({ ...range, newest, signal }) };
}

describe('prices of candles', () => {
  it('are asked for from the newest stored one on', async () => {
    const { asked, row, read } = open();
    const newest = Date.now() - 5 * hour;
    expect(await read(newest)).toEqual([row]);
    expect(asked).toMatchObject([{ pair, timeframe: '1h', from: newest + 1 }]);
  });

  it('cost nothing while no candle can be over that is not stored', async () => {
    const { asked, read } = open();
    expect(await read(Date.now() - hour / 2)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('are no failure on a chain without prices: it is told once and not asked again', async () => {
    const { asked, told, read } = open({ offered: false });
    expect(await read(null)).toEqual([]);
    expect(await read(null)).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(told).toEqual(['no prices for chain 1135']);
  });

  it('need the provider that has them', () => {
    expect(() => createPriceReader({ setting: `candles:${pair}`, address })).toThrow(/MORALIS_API_KEY/);
    expect(() => createPriceReader({ setting: `feed:${pair}`, address })).toThrow(/RPC_URL/);
  });
});
