import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/ingest/batch.js';
import { rebuildToken } from '../../src/ingest/rebuild.js';
import { decodeAmount } from '../../src/models/amount.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, hash, transfer, wallet } from './support.js';

let test: TestDatabase;
let lastAddress = 0xc000;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

const start = Date.UTC(2025, 0, 6);
const asOf = (blockNumber: number, finalizedBlock: number | null = null) => ({
  blockNumber,
  time: start + blockNumber * 60_000,
  hash: null,
  finalizedBlock,
});
const price = (blockNumber: number, text: string) => ({
  blockNumber,
  timestamp: start + blockNumber * 60_000,
  price: text,
  volume: '0',
  where: `block ${blockNumber}`,
});

async function open() {
  const ingest = createIngest(test.database);
  lastAddress += 1;
  const contractAddress = wallet(lastAddress);
  const made = { name: contractAddress, symbol: contractAddress, contractAddress };
  const { _id: tokenId } = await ingest.service.createToken(made);
  const commit = (batch: Omit<Batch, 'tokenId' | 'source'>) =>
    ingest.pipeline.commit({ tokenId, source: 'rpc', ...batch });
  const token = () => test.database.models.tokens.findOne({ _id: tokenId }).lean();
  const rows = () =>
    test.database.models.transactionActivity.find({ tokenId }).sort({ blockNumber: 1, logIndex: 1 }).lean();
  return { ...ingest, tokenId, commit, token, rows };
}

describe('a reorg', () => {
  it('replaces rows of one place by those of another block hash, which would else contradict', async () => {
    const { commit, rows, token } = await open();
    await commit({ transfers: [transfer({ blockNumber: 5, blockHash: hash(0xa) })], asOf: asOf(5) });
    const other = transfer({ blockNumber: 5, blockHash: hash(0xb), value: 9n });
    await expect(commit({ transfers: [other], asOf: asOf(5) })).rejects.toMatchObject({ code: 'BAD_ROW' });
    expect(await commit({ rewindTo: 4, transfers: [other], asOf: asOf(6) })).toMatchObject({
      added: 1,
      known: 0,
      epoch: 3,
    });
    expect((await rows()).map(({ blockHash, amount }) => [blockHash, decodeAmount(amount)])).toEqual([[hash(0xb), 9n]]);
    expect((await token())?.totals).toMatchObject({ transferRows: 1, txCount: 1 });
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('below the finalized block is refused, names both blocks, and leaves the data as it was', async () => {
    const { commit, token, rows } = await open();
    await commit({ transfers: [3, 8].map((blockNumber) => transfer({ blockNumber })), asOf: asOf(9, 5) });
    const before = await token();
    const deep = commit({ rewindTo: 4, transfers: [transfer({ blockNumber: 7 })], asOf: asOf(7) });
    await expect(deep).rejects.toMatchObject({
      code: 'REORG_TOO_DEEP',
      message: expect.stringMatching(/from 5 on.*block 5 final/),
    });
    expect([await token(), (await rows()).length]).toEqual([before, 2]);
    await commit({ rewindTo: 5, asOf: asOf(5) });
    expect([await token(), (await rows()).length]).toEqual([expect.objectContaining({ asOfBlock: 5 }), 1]);
  });

  it('takes asOf back to that of the batch, or to the newest row that stays, but never finalizedBlock', async () => {
    const { commit, token } = await open();
    await commit({ transfers: [2, 6, 9].map((blockNumber) => transfer({ blockNumber })), asOf: asOf(30, 1) });
    await commit({ rewindTo: 8, asOf: asOf(20, 2) });
    expect(await token()).toMatchObject({ asOfBlock: 20, asOfTime: new Date(asOf(20).time), finalizedBlock: 2 });
    await commit({ rewindTo: 8, asOf: asOf(15, 1) });
    expect(await token()).toMatchObject({ asOfBlock: 15, finalizedBlock: 2 });
    await commit({ rewindTo: 4 });
    expect(await token()).toMatchObject({ asOfBlock: 2, asOfTime: new Date(asOf(2).time), finalizedBlock: 2 });
  });

  it('that moves no row of the token raises no epoch, unless it goes back into another hour', async () => {
    const { commit, token, published, tokenId } = await open();
    await commit({ transfers: [transfer({ blockNumber: 10 })], asOf: asOf(70) });
    expect(await commit({ rewindTo: 65, asOf: asOf(65) })).toMatchObject({ epoch: 2 });
    expect(await token()).toMatchObject({ asOfBlock: 65 });
    expect(published.refreshed).toEqual([tokenId]);
    expect(await commit({ rewindTo: 50, asOf: asOf(59) })).toMatchObject({ epoch: 3 });
  });

  it('of all rows leaves a token as new, whose times are known to be in order again', async () => {
    const { commit, token, tokenId } = await open();
    const late = transfer({ blockNumber: 3 });
    await commit({ transfers: [late, transfer({ blockNumber: 4, timestamp: late.timestamp - 60_000 })] });
    expect(await token()).toMatchObject({ timesInOrder: false });
    await commit({ rewindTo: 0 });
    expect(await token()).toMatchObject({
      timesInOrder: true,
      asOfBlock: null,
      asOfTime: null,
      totals: { transferRows: 0, firstDay: null, holderCount: 0, firstTransferAt: null },
    });
    const { models } = test.database;
    for (const name of ['holders', 'dailyCumulativeMetrics', 'dailyUniqueWallets', 'hourlyActivity'] as const) {
      expect(await models[name].collection.countDocuments({ tokenId }), name).toBe(0);
    }
    expect(await models.weeklyPayments.countDocuments({ tokenId })).toBe(0);
  });

  it.each([
    { times: [1, 3, 5, 7, 9, 11], first: 3, last: 7, is: 'rise with blocks' },
    { times: [1, 3, 9, 4, 20, 2], first: 3, last: 9, is: 'do not rise with blocks' },
  ])('leaves a wallet seen when its remaining successful transfers say, where times $is', async (chain) => {
    const { commit, tokenId } = await open();
    const at = (minute: number) => new Date(start + minute * 60_000);
    const transfers = chain.times.map((minute, i) =>
      // The first and the last row that stay have failed.
      transfer({ blockNumber: i + 1, timestamp: at(minute).getTime(), isSuccess: i !== 0 && i !== 4 }),
    );
    transfers.push(
      transfer({ blockNumber: 7, timestamp: at(30).getTime(), fromAddress: wallet(3), toAddress: wallet(1) }),
    );
    await commit({ transfers });
    await commit({ rewindTo: 5 });
    const holders = await test.database.models.holders.find({ tokenId }).sort({ address: 1 }).lean();
    expect(holders.map(({ address, firstSeen, lastActive }) => [address, firstSeen, lastActive])).toEqual([
      [wallet(1), at(chain.first), at(chain.last)],
      [wallet(2), at(chain.first), at(chain.last)],
    ]);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('takes prices of its blocks with it, and no others', async () => {
    const { commit, tokenId } = await open();
    const file = { timestamp: start + 500_000_000, price: '7', volume: '0', where: 'prices.csv:2' };
    await commit({ prices: [price(5, '1'), price(6, '2'), file] });
    expect(await commit({ rewindTo: 5, prices: [price(7, '3')] })).toMatchObject({ added: 1, epoch: 3 });
    const prices = async () =>
      (await test.database.models.tokenPriceData.find({ tokenId }).sort({ timestamp: 1 }).lean()).map(
        (row) => row.price,
      );
    expect(await prices()).toEqual(['1', '3', '7']);
    const { blockNumber: _block, ...confirmed } = price(7, '3');
    await commit({ prices: [confirmed] });
    expect(await commit({ rewindTo: 0 })).toMatchObject({ epoch: 5 });
    expect(await prices()).toEqual(['3', '7']);
  });

  it('leaves a price that a block did not bring: one of a block takes no place of it', async () => {
    const { commit, tokenId } = await open();
    const { blockNumber: _block, ...file } = price(5, '7');
    await commit({ prices: [file] });
    await commit({ prices: [price(5, '1')] });
    await commit({ rewindTo: 4 });
    const stored = await test.database.models.tokenPriceData.find({ tokenId }).lean();
    expect(stored.map((row) => row.price)).toEqual(['7']);
  });

  it('at an opening keeps the wallets that have an opening balance', async () => {
    const { commit, tokenId } = await open();
    await commit({
      openings: { blockNumber: 1, balances: new Map([[wallet(1), 50n]]) },
      transfers: [transfer({ blockNumber: 2, value: 20n })],
    });
    await commit({ rewindTo: 1 });
    const holders = await test.database.models.holders.find({ tokenId }).lean();
    expect(holders).toMatchObject([{ address: wallet(1), firstSeen: null, lastActive: null }]);
    expect(holders.map(({ balance }) => decodeAmount(balance))).toEqual([50n]);
    expect(await auditAll(test.database)).toEqual([]);
  });
});

describe("the chain's own totalSupply", () => {
  it('raises the epoch alone, stays until it is cleared, and is no difference to verify or rebuild', async () => {
    const { commit, token, tokenId, published } = await open();
    const supply = async () => (await token())?.totals.chainSupply ?? null;
    await commit({ transfers: [transfer({ blockNumber: 1 })], asOf: asOf(1) });
    expect(await commit({ chainSupply: 10n ** 30n, asOf: asOf(2) })).toMatchObject({ epoch: 3 });
    expect(await commit({ chainSupply: 10n ** 30n, asOf: asOf(3) })).toMatchObject({ epoch: 3 });
    expect(decodeAmount((await supply()) ?? '')).toBe(10n ** 30n);
    expect(await commit({ rewindTo: 0, asOf: asOf(1) })).toMatchObject({ epoch: 4 });
    expect(decodeAmount((await supply()) ?? '')).toBe(10n ** 30n);
    expect(await auditAll(test.database)).toEqual([]);
    expect(await rebuildToken({ database: test.database, publisher: published.publisher }, tokenId)).toBe(0);
    expect(await commit({ chainSupply: 0n })).toMatchObject({ epoch: 5 });
    expect(decodeAmount((await supply()) ?? '')).toBe(0n);
    expect(await commit({ chainSupply: null })).toMatchObject({ epoch: 6 });
    expect(await supply()).toBeNull();
  });
});
