import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zeroAddress } from '../../src/models/address.js';
import { decodeAmount } from '../../src/models/amount.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, transfer, wallet } from './support.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const uint256 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.constantFrom(0n, 1n, 10n ** 18n, 2n ** 53n + 1n, 2n ** 64n, 2n ** 256n - 1n),
);
const event = fc.record({
  value: uint256,
  from: fc.integer({ min: 0, max: 3 }),
  to: fc.integer({ min: 0, max: 3 }),
  minute: fc.integer({ min: 0, max: 3_000 }),
});

it('sums of uint256 values agree with BigInt in transfers, days, hours, weeks, holders and totals', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
      run += 1;
      const { pipeline, service } = createIngest(test.database);
      const contractAddress = wallet(0xf000 + run);
      const token = await service.createToken({ name: contractAddress, symbol: contractAddress, contractAddress });
      const tokenId = token._id;
      const party = (n: number) => (n === 0 ? zeroAddress : wallet(n));
      const transfers = events.map(({ value, from, to, minute }, logIndex) =>
        transfer({ blockNumber: minute, logIndex, value, fromAddress: party(from), toAddress: party(to) }),
      );
      const middle = Math.floor(transfers.length / 2);
      await pipeline.commit({ tokenId, source: 'file', transfers: transfers.slice(middle) });
      await pipeline.commit({ tokenId, source: 'file', transfers: transfers.slice(0, middle) });

      const { models } = test.database;
      const total = events.reduce((sum, { value }) => sum + value, 0n);
      const sum = (texts: string[]) => texts.reduce((all, text) => all + decodeAmount(text), 0n);
      const rows = await models.transactionActivity.find({ tokenId }).lean();
      expect(sum(rows.map(({ amount }) => amount))).toBe(total);
      const days = await models.dailyCumulativeMetrics.find({ tokenId }).sort({ date: 1 }).lean();
      expect(sum(days.map(({ dailyTxAmount }) => dailyTxAmount))).toBe(total);
      expect(decodeAmount(days.at(-1)?.cumulativeTxAmount ?? '')).toBe(total);
      const hours = await models.hourlyActivity.find({ tokenId }).lean();
      expect(sum(hours.map(({ totalVolume }) => totalVolume))).toBe(total);
      const payments = events.filter(({ from, to }) => from !== 0 && to !== 0);
      const weeks = await models.weeklyPayments.find({ tokenId }).lean();
      expect(sum(weeks.map(({ totalPaymentsAmount }) => totalPaymentsAmount))).toBe(
        payments.reduce((all, { value }) => all + value, 0n),
      );
      const holders = new Map((await models.holders.find({ tokenId }).lean()).map((row) => [row.address, row.balance]));
      for (const n of [1, 2, 3]) {
        const received = events.reduce((all, { to, value }) => all + (to === n ? value : 0n), 0n);
        const sent = events.reduce((all, { from, value }) => all + (from === n ? value : 0n), 0n);
        const stored = holders.get(wallet(n));
        expect(stored === undefined ? 0n : decodeAmount(stored)).toBe(received - sent);
      }
      const minted = events.reduce((all, { from, value }) => all + (from === 0 ? value : 0n), 0n);
      const burned = events.reduce((all, { from, to, value }) => all + (from !== 0 && to === 0 ? value : 0n), 0n);
      const head = await models.tokens.findOne({ _id: tokenId }).lean();
      expect(decodeAmount(head?.totals.supply ?? '')).toBe(minted - burned);
      expect(decodeAmount(head?.totals.txAmount ?? '')).toBe(total);
    }),
    { numRuns: 25, seed: 42 },
  );
});
