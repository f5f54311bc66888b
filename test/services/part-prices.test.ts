import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPartPrices } from '../../src/services/feeding/part-prices.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

it('prices of a part with a rewind begin with the second that the rewind cuts through, whose row goes with it', async () => {
  const asked: number[][] = [];
  const prices = createPartPrices({
    database: test.database,
    openPrices: () => ({
      read: async ({ fromBlock, toBlock }) => {
        asked.push([fromBlock, toBlock]);
        return [];
      },
    }),
  });
  const checkpoint = { name: 'rpc', blockNumber: 110, blockHash: null, logIndex: null };
  const token = { tokenId: 't', symbol: 'T', address: '0x1', setting: 'pool', before: 100 };
  const { signal } = new AbortController();
  await prices.add({ checkpoint, headBlock: 110 }, { ...token, signal });
  await prices.add({ checkpoint, headBlock: 110, rewindTo: 99 }, { ...token, signal });
  await prices.add({ checkpoint, headBlock: 110, rewindTo: 3 }, { ...token, signal });
  expect(asked).toEqual([
    [101, 110],
    [80, 110],
    [0, 110],
  ]);
});
