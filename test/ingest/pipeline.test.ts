import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zeroAddress } from '../../src/models/address.js';
import { decodeAmount } from '../../src/models/amount.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, transfer, wallet } from './support.js';

describe('a committed batch', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  it('is counted in every rollup, holder and total of the token', async () => {
    const { pipeline, service, published } = createIngest(test.database);
    const token = await service.createToken({ name: 'A', symbol: 'A', contractAddress: wallet(0xa0) });
    const result = await pipeline.commit({
      tokenId: token._id,
      source: 'file',
      transfers: [
        transfer({ blockNumber: 1, fromAddress: zeroAddress, toAddress: wallet(1), value: 100n }),
        transfer({ blockNumber: 2, value: 30n }),
        transfer({ blockNumber: 2000, fromAddress: wallet(2), toAddress: zeroAddress, value: 10n }),
      ],
    });
    expect(result).toEqual({ added: 3, known: 0, refused: [], epoch: 2 });
    expect(published.tokens).toEqual([
      { tokenId: token._id, epoch: 1 },
      { tokenId: token._id, epoch: 2 },
    ]);
    const { models } = test.database;
    const days = await models.dailyCumulativeMetrics.find({ tokenId: token._id }).sort({ date: 1 }).lean();
    expect(days.map(({ date, dailyTxCount, cumulativeTxCount }) => [date, dailyTxCount, cumulativeTxCount])).toEqual([
      ['2025-01-06', 2, 2],
      ['2025-01-07', 1, 3],
    ]);
    const holders = await models.holders.find({ tokenId: token._id }).sort({ address: 1 }).lean();
    expect(holders.map(({ address, balance }) => [address, decodeAmount(balance)])).toEqual([
      [wallet(1), 70n],
      [wallet(2), 20n],
    ]);
    const stored = await models.tokens.findOne({ _id: token._id }).lean();
    expect(stored).toMatchObject({ epoch: 2, asOfBlock: 2000, source: 'file' });
    expect(stored?.totals).toMatchObject({ transferRows: 3, mintRows: 1, burnRows: 1, holderCount: 2 });
  });
});
