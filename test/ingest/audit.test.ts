import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditToken } from '../../src/ingest/audit.js';
import { rebuildToken } from '../../src/ingest/rebuild.js';
import { collectionOf } from '../../src/ingest/transaction.js';
import { encodeAmount } from '../../src/models/amount.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, createRecordingPublisher, dumpOf, randomTransfers, wallet } from './support.js';

describe('verify and rebuild', () => {
  let test: TestDatabase;
  let tokenId: string;
  let right: string[];
  beforeAll(async () => {
    test = await createTestDatabase();
    const { pipeline, service } = createIngest(test.database);
    const token = await service.createToken({ name: 'T', symbol: 'T', contractAddress: wallet(0xc0) });
    tokenId = token._id;
    const openings = { blockNumber: 1, balances: new Map([[wallet(77), 5n]]) };
    await pipeline.commit({ tokenId, source: 'file', transfers: randomTransfers({ seed: 3, count: 150 }), openings });
    right = await dumpOf(test.database);
  });
  afterAll(() => test.close());

  const plants: Record<string, () => Promise<unknown>> = {
    'a running total': () => first('dailyCumulativeMetrics', { $inc: { cumulativeTxCount: 1 } }),
    'a count of wallets': () => first('dailyUniqueWallets', { $set: { newWallets: 99 } }),
    'an hourly amount': () => first('hourlyActivity', { $set: { totalVolume: encodeAmount(1n) } }),
    'a missing hour': () => collectionOf(test.database, 'hourlyActivity').deleteOne({ tokenId }),
    'a missing holder': () => collectionOf(test.database, 'holders').deleteOne({ tokenId, openingBalance: null }),
    'a balance': () => first('holders', { $set: { balance: encodeAmount(10n ** 70n) } }),
    'a first appearance': () => first('holders', { $set: { firstSeen: new Date(0) } }),
    'a row too many': () =>
      collectionOf(test.database, 'weeklyPayments').insertOne({
        _id: `${tokenId}:1999-01-04`,
        tokenId,
        weekStartDate: '1999-01-04',
        paymentCount: 1,
        totalPaymentsAmount: encodeAmount(1n),
      } as never),
    'a total': () => first('tokens', { $inc: { 'totals.holderCount': 1 } }, { _id: tokenId }),
    'the end of the data': () => first('tokens', { $set: { asOfTime: new Date(0) } }, { _id: tokenId }),
  };
  const first = (name: Parameters<typeof collectionOf>[1], update: object, filter: object = { tokenId }) =>
    collectionOf<'holders'>(test.database, name as 'holders').updateOne(filter, update);

  for (const [what, plant] of Object.entries(plants)) {
    it(`find ${what} that is wrong, name it, and mend it under a new epoch`, async () => {
      await plant();
      const audit = await auditToken(test.database, tokenId);
      expect(audit?.differences.length).toBeGreaterThan(0);
      const { publisher, tokens } = createRecordingPublisher();
      expect(await rebuildToken({ database: test.database, publisher }, tokenId)).toBe(audit?.differences.length);
      expect(tokens).toEqual([{ tokenId, epoch: (audit?.token.epoch ?? 0) + 1 }]);
      expect(await auditAll(test.database)).toEqual([]);
      expect(await dumpOf(test.database)).toEqual(right);
    });
  }

  it('change nothing and raise no epoch where everything is right', async () => {
    const { publisher, tokens } = createRecordingPublisher();
    expect(await rebuildToken({ database: test.database, publisher }, tokenId)).toBe(0);
    expect(tokens).toEqual([]);
  });
});
