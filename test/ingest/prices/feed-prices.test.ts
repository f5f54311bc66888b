import { describe, expect, it } from 'vitest';
import type { PriceRange } from '../../../src/ingest/sources/prices/price-reader.js';
import { createPriceReader } from '../../../src/ingest/sources/prices/price-setting.js';
import { createScriptedChain } from './scripted-chain.js';

const feed = `0x${'fe'.repeat(20)}`;
const token = `0x${'aa'.repeat(20)}`;
const phase = 3n << 64n;

/** A feed whose rounds 1 to `rounds` answer `answerOf(n)`, a minute after one another. */
function createFeed({
  rounds,
  answerOf = (n) => BigInt(n) * 100_000_000n,
  keepsHistory = true,
  decimals = 8,
  secondOf = (n) => 60 * n,
}: {
  rounds: number;
  answerOf?: (n: number) => bigint;
  keepsHistory?: boolean;
  decimals?: number;
  secondOf?: (n: number) => number;
}) {
  const round = (n: number) => [phase + BigInt(n), answerOf(n), 0n, BigInt(secondOf(n)), phase + BigInt(n)];
  return {
    decimals: () => decimals,
    latestRoundData: () => round(rounds),
    getRoundData: (id: bigint) => {
      const n = Number(id - phase);
      return keepsHistory && n >= 1 && n <= rounds ? round(n) : undefined;
    },
  };
}

const range: Omit<PriceRange, 'signal'> = {
  fromBlock: 1,
  toBlock: 100,
  finalizedBlock: 50,
  isHead: true,
  newest: null,
};
const read = ({ contracts, ...more }: { contracts: object } & Partial<typeof range>) => {
  const { chain, calls } = createScriptedChain({ contracts: { [feed]: contracts as never } });
  const reader = createPriceReader({ setting: `feed:${feed}`, address: token, chain });
  return { calls, prices: reader.read({ ...range, ...more, signal: new AbortController().signal }) };
};

describe('prices of a feed', () => {
  it('have every round once, oldest first, at the time it was updated, and no volume', async () => {
    const prices = await read({ contracts: createFeed({ rounds: 3 }) }).prices;
    expect(prices.map(({ timestamp, price, volume }) => [timestamp, price, volume])).toEqual([
      [60_000, '1', '0'],
      [120_000, '2', '0'],
      [180_000, '3', '0'],
    ]);
  });

  it('have one row for a second: of several rounds the newest, and those of before are not lost', async () => {
    const prices = await read({ contracts: createFeed({ rounds: 4, secondOf: (n) => Math.max(2, Math.min(n, 3)) }) })
      .prices;
    expect(prices.map(({ timestamp, price }) => [timestamp, price])).toEqual([
      [2_000, '2'],
      [3_000, '4'],
    ]);
  });

  it('are rounded once to 8 places from the digits of the feed', async () => {
    const contracts = createFeed({ rounds: 1, decimals: 18, answerOf: () => 1_234_567_894_999_999_999n });
    expect((await read({ contracts }).prices)[0]?.price).toBe('1.23456789');
    const half = createFeed({ rounds: 1, decimals: 18, answerOf: () => 1_234_567_895_000_000_000n });
    expect((await read({ contracts: half }).prices)[0]?.price).toBe('1.2345679');
  });

  it('go on from the newest stored price and read no round before it', async () => {
    const { prices, calls } = read({ contracts: createFeed({ rounds: 50 }), newest: 48 * 60_000 });
    expect((await prices).map(({ price }) => price)).toEqual(['49', '50']);
    // decimals, the newest round, the one before, and the stored one, at which the walk ends.
    expect(calls).toHaveLength(4);
  });

  it('ask for nothing but the newest round when it is stored already', async () => {
    const { prices, calls } = read({ contracts: createFeed({ rounds: 50 }), newest: 50 * 60_000 });
    expect(await prices).toEqual([]);
    expect(calls).toEqual(['decimals()', 'latestRoundData() at 100']);
  });

  it('are the newest round alone where the feed keeps no history', async () => {
    const contracts = createFeed({ rounds: 9, keepsHistory: false });
    expect((await read({ contracts }).prices).map(({ price }) => price)).toEqual(['9']);
  });

  it('leave out rounds without a price above zero', async () => {
    const contracts = createFeed({ rounds: 3, answerOf: (n) => (n === 2 ? -5n : 100_000_000n) });
    expect((await read({ contracts }).prices).map(({ timestamp }) => timestamp)).toEqual([60_000, 180_000]);
  });

  it('are tied to the block they were seen in while it may be replaced, and to none afterwards', async () => {
    const contracts = createFeed({ rounds: 1 });
    expect((await read({ contracts }).prices)[0]).toHaveProperty('blockNumber', 100);
    expect((await read({ contracts, finalizedBlock: 100 }).prices)[0]).not.toHaveProperty('blockNumber');
  });

  it('wait for the newest block: while older ones are read nothing is asked', async () => {
    const { prices, calls } = read({ contracts: createFeed({ rounds: 3 }), isHead: false });
    expect(await prices).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('are refused with a sentence where no feed is at the address', async () => {
    const { chain } = createScriptedChain({ contracts: {} });
    const reader = createPriceReader({ setting: `feed:${feed}`, address: token, chain });
    await expect(reader.read({ ...range, signal: new AbortController().signal })).rejects.toThrow(
      /no AggregatorV3 contract/,
    );
    await expect(read({ contracts: {} }).prices).rejects.toThrow(/decimals\(\) reverts/);
  });

  it('are not given in part when the reading is ended: the gap would be hidden', async () => {
    const contracts = createFeed({ rounds: 5 });
    const { chain } = createScriptedChain({ contracts: { [feed]: contracts as never } });
    const ending = new AbortController();
    const reader = createPriceReader({
      setting: `feed:${feed}`,
      address: token,
      chain: {
        ...chain,
        call: async (request) => {
          const answer = await chain.call(request);
          if (request.data.startsWith('0x9a6fc8f5')) ending.abort();
          return answer;
        },
      },
    });
    await expect(reader.read({ ...range, signal: ending.signal })).rejects.toThrow();
  });
});

describe('a price setting', () => {
  it.each(['feed', 'feed:0x12', `pool:${feed}`, `pair:${feed}`, `feed:${feed}:${token}`])('refuses %s', (setting) => {
    const { chain } = createScriptedChain({ contracts: {} });
    expect(() => createPriceReader({ setting, address: token, chain })).toThrow(/expected feed:ADDRESS/);
  });
});
