import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/ingest/batch.js';
import { zeroAddress } from '../../src/models/address.js';
import { decodeAmount } from '../../src/models/amount.js';
import { PaymentRuleKind } from '../../src/models/enums.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, transfer, wallet } from './support.js';

describe('the pipeline', () => {
  let test: TestDatabase;
  let lastAddress = 0xa000;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  const open = async () => {
    const ingest = createIngest(test.database);
    lastAddress += 1;
    const contractAddress = wallet(lastAddress);
    const { _id: tokenId } = await ingest.service.createToken({
      name: contractAddress,
      symbol: contractAddress,
      contractAddress,
    });
    const commit = (batch: Omit<Batch, 'tokenId' | 'source'> & Partial<Pick<Batch, 'source'>>) =>
      ingest.pipeline.commit({ tokenId, source: 'file', ...batch });
    const days = async () =>
      (await test.database.models.dailyUniqueWallets.find({ tokenId }).sort({ date: 1 }).lean()).map((row) => [
        row.date,
        row.newWallets,
        row.cumulativeWallets,
      ]);
    const token = () => test.database.models.tokens.findOne({ _id: tokenId }).lean();
    return { ...ingest, tokenId, commit, days, token };
  };

  it('counts a batch in every rollup, holder and total, and publishes its epoch', async () => {
    const { commit, published, tokenId, token } = await open();
    const result = await commit({
      transfers: [
        transfer({ blockNumber: 1, fromAddress: zeroAddress, toAddress: wallet(1), value: 100n }),
        transfer({ blockNumber: 2, value: 30n }),
        transfer({ blockNumber: 2000, fromAddress: wallet(2), toAddress: zeroAddress, value: 10n }),
      ],
    });
    expect(result).toEqual({ added: 3, known: 0, refused: [], epoch: 2 });
    expect(published.tokens.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const { models } = test.database;
    const days = await models.dailyCumulativeMetrics.find({ tokenId }).sort({ date: 1 }).lean();
    expect(days.map(({ date, dailyTxCount, cumulativeTxCount }) => [date, dailyTxCount, cumulativeTxCount])).toEqual([
      ['2025-01-06', 2, 2],
      ['2025-01-07', 1, 3],
    ]);
    const holders = await models.holders.find({ tokenId }).sort({ address: 1 }).lean();
    expect(holders.map(({ address, balance }) => [address, decodeAmount(balance)])).toEqual([
      [wallet(1), 70n],
      [wallet(2), 20n],
    ]);
    const stored = await token();
    expect(stored).toMatchObject({ epoch: 2, asOfBlock: 2000, source: 'file' });
    expect(stored?.totals).toMatchObject({ transferRows: 3, mintRows: 1, burnRows: 1, holderCount: 2 });
  });

  it('raises no epoch when a batch brings nothing new', async () => {
    const { commit, published } = await open();
    const transfers = [transfer({ blockNumber: 5 })];
    await commit({ transfers });
    expect(await commit({ transfers })).toEqual({ added: 0, known: 1, refused: [], epoch: 2 });
    expect(published.tokens).toHaveLength(2);
  });

  it('moves newWallets and later running totals when an earlier row comes late', async () => {
    const { commit, days } = await open();
    await commit({ transfers: [transfer({ blockNumber: 3000, value: 5n })] });
    expect(await days()).toEqual([['2025-01-08', 2, 2]]);
    await commit({ transfers: [transfer({ blockNumber: 10, toAddress: wallet(3), value: 1n })] });
    expect(await days()).toEqual([
      ['2025-01-06', 2, 2],
      ['2025-01-08', 1, 3],
    ]);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('replaces opening balances as a whole, and counts their wallets as not new', async () => {
    const { commit, days, token } = await open();
    const openings = (entries: Array<[string, bigint]>) => ({ blockNumber: 1, balances: new Map(entries) });
    await commit({ transfers: [transfer({ blockNumber: 7, value: 5n })], openings: openings([[wallet(1), 5n]]) });
    expect(await days()).toEqual([['2025-01-06', 1, 2]]);
    expect((await token())?.totals).toMatchObject({ openingWallets: 1, negativeBalanceCount: 0 });
    await commit({ openings: openings([[wallet(9), 8n]]) });
    expect(await days()).toEqual([['2025-01-06', 2, 3]]);
    expect((await token())?.totals).toMatchObject({ openingWallets: 1, negativeBalanceCount: 1, holderCount: 2 });
    await commit({ openings: openings([]) });
    expect((await token())?.totals).toMatchObject({ openingWallets: 0, holderCount: 1 });
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('refuses a transfer before the opening block, and opening balances after a stored transfer', async () => {
    const { commit } = await open();
    await commit({ openings: { blockNumber: 100, balances: new Map([[wallet(1), 9n]]) } });
    const early = [transfer({ blockNumber: 99, where: 'file.csv:7' })];
    await expect(commit({ transfers: early })).rejects.toThrow(
      /^file\.csv:7, column block_number: 99 lies before block 100/,
    );
    await commit({ transfers: [transfer({ blockNumber: 100 })] });
    await expect(commit({ openings: { blockNumber: 101, balances: new Map() } })).rejects.toThrow(
      /stored transfer of block 100/,
    );
  });

  it('refuses one event with two contents, naming both places, and leaves nothing of the batch', async () => {
    const { commit, token, tokenId } = await open();
    const twice = [
      transfer({ blockNumber: 1, value: 5n, where: 'a.csv:2' }),
      transfer({ blockNumber: 1, value: 6n, where: 'b.csv:9' }),
    ];
    await expect(commit({ transfers: twice })).rejects.toThrow('b.csv:9, column value_raw: 6 contradicts 5 of a.csv:2');
    expect(await test.database.models.transactionActivity.countDocuments({ tokenId })).toBe(0);
    expect((await token())?.epoch).toBe(1);
    const skipped = await commit({ transfers: twice, onBadRow: 'skip' });
    expect(skipped).toMatchObject({ added: 1, known: 0 });
    expect(skipped.refused.map(({ message }) => message)).toEqual([
      'b.csv:9, column value_raw: 6 contradicts 5 of a.csv:2',
    ]);
    await expect(commit({ transfers: [transfer({ blockNumber: 1, value: 7n, where: 'c.csv:3' })] })).rejects.toThrow(
      'c.csv:3, column value_raw: 7 contradicts 5 of the stored row of block 1, log index 0',
    );
  });

  it('refuses a block with two times, within a batch and against what is stored', async () => {
    const { commit } = await open();
    const first = transfer({ blockNumber: 50, logIndex: 1, where: 'a.csv:2' });
    const other = { ...first, logIndex: 2, timestamp: first.timestamp + 1_000, where: 'a.csv:3' };
    await expect(commit({ transfers: [first, other] })).rejects.toThrow(
      /^a\.csv:3, column block_timestamp: .* in a\.csv:2$/,
    );
    await commit({ transfers: [first, transfer({ blockNumber: 60 })] });
    await expect(commit({ transfers: [other] })).rejects.toThrow(
      /^a\.csv:3, column block_timestamp: .* the stored row/,
    );
  });

  it('takes over what one report of an event knows and another does not', async () => {
    const { commit, tokenId } = await open();
    const blockHash = `0x${'ab'.repeat(32)}`;
    await commit({ transfers: [transfer({ blockNumber: 1, transactionHash: null })] });
    expect(await commit({ transfers: [transfer({ blockNumber: 1, blockHash })] })).toMatchObject({
      known: 1,
      epoch: 3,
    });
    expect(await commit({ transfers: [transfer({ blockNumber: 1 })] })).toMatchObject({ known: 1, epoch: 3 });
    const row = await test.database.models.transactionActivity.findOne({ tokenId }).lean();
    expect(row).toMatchObject({ blockHash, transactionHash: transfer({ blockNumber: 1 }).transactionHash });
    const other = transfer({ blockNumber: 1, blockHash: `0x${'cd'.repeat(32)}` });
    await expect(commit({ transfers: [other] })).rejects.toThrow(/column block_hash: .* contradicts/);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('moves asOf with a block that brings nothing, and raises the epoch only when an hour begins', async () => {
    const { commit, token, published, tokenId } = await open();
    const asOf = (minute: number) => ({
      blockNumber: minute,
      time: Date.UTC(2025, 0, 6) + minute * 60_000,
      hash: null,
      finalizedBlock: minute - 2,
    });
    await commit({ source: 'rpc', transfers: [transfer({ blockNumber: 10 })], asOf: asOf(10) });
    expect(await commit({ source: 'rpc', asOf: asOf(20) })).toMatchObject({ epoch: 2 });
    expect(await token()).toMatchObject({ asOfBlock: 20, finalizedBlock: 18 });
    expect(published.refreshed).toEqual([tokenId]);
    expect(await commit({ source: 'rpc', asOf: asOf(61) })).toMatchObject({ epoch: 3 });
    await commit({ transfers: [transfer({ blockNumber: 30 })] });
    expect(await token()).toMatchObject({ source: 'rpc', asOfBlock: 61, epoch: 4 });
  });

  it('counts payments anew when the rule changes, in the same transaction', async () => {
    const { commit, service, tokenId } = await open();
    await commit({
      transfers: [
        transfer({ blockNumber: 1, value: 7n }),
        transfer({ blockNumber: 2, fromAddress: wallet(5), value: 11n }),
        transfer({ blockNumber: 3, fromAddress: zeroAddress, value: 13n }),
      ],
    });
    const weeks = async () =>
      (await test.database.models.weeklyPayments.find({ tokenId }).lean()).map(
        ({ weekStartDate, paymentCount, totalPaymentsAmount }) => [
          weekStartDate,
          paymentCount,
          decodeAmount(totalPaymentsAmount),
        ],
      );
    expect(await weeks()).toEqual([['2025-01-06', 2, 18n]]);
    await service.updateToken(tokenId, { paymentRule: { kind: PaymentRuleKind.FROM, addresses: [wallet(5)] } });
    expect(await weeks()).toEqual([['2025-01-06', 1, 11n]]);
    await commit({ transfers: [transfer({ blockNumber: 4, fromAddress: wallet(5), value: 1n })] });
    expect(await weeks()).toEqual([['2025-01-06', 2, 12n]]);
    await service.updateToken(tokenId, { paymentRule: { kind: PaymentRuleKind.FROM, addresses: [wallet(6)] } });
    expect(await weeks()).toEqual([]);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('replaces a price of the same instant, keeps an equal one, and refuses two at once', async () => {
    const { commit, tokenId } = await open();
    const price = (text: string, where = 'p.csv:2') => ({ timestamp: 1_000_000, price: text, volume: '0', where });
    expect(await commit({ prices: [price('1.5')] })).toMatchObject({ added: 1, epoch: 2 });
    expect(await commit({ prices: [price('1.5')] })).toMatchObject({ known: 1, epoch: 2 });
    expect(await commit({ prices: [price('2')] })).toMatchObject({ added: 1, epoch: 3 });
    await expect(commit({ prices: [price('3'), price('4', 'p.csv:3')] })).rejects.toThrow(
      /^p\.csv:3, column price: .*price 4 .* 3 .* p\.csv:2/,
    );
    expect(await test.database.models.tokenPriceData.find({ tokenId }).lean()).toMatchObject([{ price: '2' }]);
  });
});
