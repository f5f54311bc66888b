import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../src/errors.js';
import type { TransferInput } from '../../src/ingest/batch.js';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { collectionOf } from '../../src/ingest/transaction.js';
import { encodeAmount } from '../../src/models/amount.js';
import type { AuditChain } from '../../src/services/chain-audit/audit-chain.js';
import { auditAgainstChain } from '../../src/services/chain-audit/chain-audit.js';
import { createChainAudits } from '../../src/services/chain-audits.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };
const zero = `0x${'0'.repeat(40)}`;
const wallet = (n: number): string => `0x${n.toString(16).padStart(2, '0').repeat(20)}`;
const contractAddress = `0x${'ee'.repeat(20)}`;
const blocks = 200;

/** A mint of 1,000 in each block, to a hundred wallets in turn. */
const history = Array.from(
  { length: blocks },
  (_, n): TransferInput => ({
    blockNumber: n + 1,
    logIndex: 0,
    timestamp: Date.UTC(2026, 0, 1) + n * 2_000,
    transactionHash: `0x${(n + 1).toString(16).padStart(64, '0')}`,
    transactionIndex: 0,
    blockHash: `0x${(n + 1).toString(16).padStart(64, 'b')}`,
    fromAddress: zero,
    toAddress: wallet(1 + (n % 100)),
    value: 1_000n,
    gasUsed: '0',
    gasPrice: '0',
    isSuccess: true,
    methodId: null,
    where: `block ${n + 1}`,
  }),
);

/** The chain of that history; counts what it is asked for. */
function createChain(events: readonly TransferInput[] = history) {
  const asked = { wallets: 0, blocks: 0 };
  const chain: AuditChain = {
    balances: async ({ wallets, blockNumber }) => {
      asked.wallets += wallets.length;
      const received = (address: string) =>
        events.filter((event) => event.toAddress === address && event.blockNumber <= blockNumber);
      return new Map(wallets.map((address) => [address, BigInt(received(address).length) * 1_000n]));
    },
    totalSupply: async ({ blockNumber }) =>
      BigInt(events.filter((event) => event.blockNumber <= blockNumber).length) * 1_000n,
    countTransfers: async ({ fromBlock, toBlock }) => {
      asked.blocks += toBlock - fromBlock + 1;
      const counts = new Map<number, number>();
      for (const { blockNumber } of events) {
        if (blockNumber >= fromBlock && blockNumber <= toBlock)
          counts.set(blockNumber, (counts.get(blockNumber) ?? 0) + 1);
      }
      return counts;
    },
  };
  return { chain, asked };
}

describe('the audit against the chain', () => {
  let opened: TestDatabase;
  let tokenId: string;

  beforeEach(async () => {
    opened = await createTestDatabase();
    const { database } = opened;
    const tokens = createTokenDataService({ database, publisher });
    ({ _id: tokenId } = await tokens.createToken({ name: 'Audited', symbol: 'AUD', contractAddress }));
    const last = history.at(-1);
    await createPipeline({ database, publisher }).commit({
      tokenId,
      source: 'rpc',
      transfers: history,
      asOf: {
        blockNumber: blocks,
        time: last?.timestamp ?? 0,
        hash: last?.blockHash ?? null,
        finalizedBlock: blocks - 20,
      },
      checkpoint: { name: 'rpc', blockNumber: blocks, blockHash: last?.blockHash ?? null, logIndex: null },
    });
  });
  afterEach(() => opened.close());

  const audit = (more: object = {}) => {
    const { chain, asked } = createChain();
    const random = seeded(7);
    return { asked, done: auditAgainstChain({ database: opened.database, chain, tokenId, random, ...more }) };
  };
  const stored = () => collectionOf(opened.database, 'checkpoints').findOne({ _id: `${tokenId}:audit` });

  it('finds nothing where store and chain are equal, and says how much it compared', async () => {
    const { asked, done } = audit();
    const found = await done;
    expect(found).toMatchObject({ atBlock: blocks, blocksCounted: { from: 1, to: blocks - 20 }, differences: [] });
    expect(found?.balancesCompared).toBe(asked.wallets);
    expect(asked.wallets).toBeGreaterThan(20);
    expect(await stored()).toMatchObject({ feed: { state: 'clean', lastError: null } });
  });

  it('finds a deleted transfer within one cycle, names its block, and leaves the finding for the status', async () => {
    await collectionOf(opened.database, 'transactionActivity').deleteOne({ tokenId, blockNumber: 123 });
    const sample = { largest: 5, others: 0, blocks: 50 };
    const found = [];
    // Four runs of 50 blocks are one cycle over the 180 final ones.
    for (let run = 0; run < 4; run += 1) found.push(await audit({ sample }).done);
    expect(found.map((one) => one?.blocksCounted)).toEqual([
      { from: 1, to: 50 },
      { from: 51, to: 100 },
      { from: 101, to: 150 },
      { from: 151, to: 180 },
    ]);
    expect(found[2]?.differences).toContainEqual({
      what: 'transfers of a block',
      of: '123',
      stored: '0',
      expected: '1',
    });
    // The sums know of the row that is gone, whichever blocks are counted.
    expect(found[0]?.differences).toContainEqual({
      what: 'stored transfers',
      of: '',
      stored: '199',
      expected: '200',
    });
    expect(await stored()).toMatchObject({
      feed: { state: 'differs', lastError: expect.stringMatching(/differences to the chain/) },
    });
  });

  it('begins anew at the first block behind the newest final one', async () => {
    const sample = { largest: 1, others: 0, blocks: 100 };
    await audit({ sample }).done;
    await audit({ sample }).done;
    expect((await audit({ sample }).done)?.blocksCounted).toEqual({ from: 1, to: 100 });
  });

  it('finds a wrong balance of one of the largest holders', async () => {
    const holders = collectionOf(opened.database, 'holders');
    await holders.updateOne({ _id: `${tokenId}:${wallet(50)}` }, { $set: { balance: encodeAmount(2_500n) } });
    expect((await audit().done)?.differences).toEqual([
      { what: 'balance', of: wallet(50), stored: '2500', expected: '2000' },
    ]);
  });

  it('finds a supply that the chain says otherwise, and an extra row', async () => {
    const { chain } = createChain(history.filter(({ blockNumber }) => blockNumber !== 42));
    const found = await auditAgainstChain({ database: opened.database, chain, tokenId, random: seeded(1) });
    expect(found?.differences).toContainEqual({ what: 'totalSupply', of: '', stored: '200000', expected: '199000' });
    expect(found?.differences).toContainEqual({ what: 'transfers of a block', of: '42', stored: '1', expected: '0' });
  });

  it('fails loudly where balances came out below zero', async () => {
    const tokens = collectionOf(opened.database, 'tokens');
    await tokens.updateOne({ _id: tokenId }, { $set: { 'totals.negativeBalanceCount': 2 } });
    expect((await audit().done)?.differences).toEqual([
      { what: 'negative balances', of: '', stored: '2', expected: '0' },
    ]);
  });

  it('compares everything else of a token whose contract does not tell its supply', async () => {
    const { chain } = createChain();
    const totalSupply = () => Promise.reject(new SourceError('SOURCE_REFUSED', 'totalSupply() reverts'));
    const found = await auditAgainstChain({ database: opened.database, chain: { ...chain, totalSupply }, tokenId });
    expect(found).toMatchObject({ atBlock: blocks, differences: [] });
    expect(found?.balancesCompared).toBeGreaterThan(0);
  });

  it('leaves no row of a token that is deleted meanwhile', async () => {
    const { database } = opened;
    const { chain } = createChain();
    const tokens = createTokenDataService({ database, publisher });
    const totalSupply: AuditChain['totalSupply'] = async (request) => {
      await tokens.deleteToken(tokenId);
      await tokens.runPurges();
      return chain.totalSupply(request);
    };
    await auditAgainstChain({ database, chain: { ...chain, totalSupply }, tokenId });
    expect(await collectionOf(database, 'checkpoints').countDocuments({ tokenId })).toBe(0);
  });

  it('goes on with the next token when one cannot be compared, and ends at its signal', async () => {
    const { database } = opened;
    const tokens = createTokenDataService({ database, publisher });
    const other = `0x${'dd'.repeat(20)}`;
    const { _id } = await tokens.createToken({ name: 'Broken', symbol: 'AAA', contractAddress: other });
    await collectionOf(database, 'tokens').updateOne({ _id }, { $set: { source: 'rpc' } });
    const checkpoint = { tokenId: _id, source: 'rpc', blockNumber: 5, blockHash: null, logIndex: null };
    await collectionOf(database, 'checkpoints').insertOne({ _id: `${_id}:rpc`, ...checkpoint, updatedAt: new Date() });
    const { chain, asked } = createChain();
    const told: string[] = [];
    const failing: AuditChain = {
      ...chain,
      balances: (request) =>
        request.address === other ? Promise.reject(new Error('header not found')) : chain.balances(request),
    };
    const run = createChainAudits({ database, chainId: 1135, chain: failing, warn: (message) => told.push(message) });
    await run(new AbortController().signal);
    expect(told).toEqual([expect.stringMatching(/header not found/)]);
    expect(asked.wallets).toBeGreaterThan(0);

    const stop = new AbortController();
    const hanging: AuditChain = {
      ...chain,
      balances: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          stop.abort();
        }),
    };
    await createChainAudits({ database, chainId: 1135, chain: hanging, warn: (message) => told.push(message) })(
      stop.signal,
    );
    expect(told).toHaveLength(1);
  });

  it('asks nothing of the chain for a token that is not fed by it, and gives nothing for one that is gone', async () => {
    await collectionOf(opened.database, 'checkpoints').deleteMany({ tokenId });
    const { asked, done } = audit();
    expect(await done).toMatchObject({ atBlock: null, balancesCompared: 0, blocksCounted: null, differences: [] });
    expect(asked).toEqual({ wallets: 0, blocks: 0 });
    await collectionOf(opened.database, 'tokens').deleteOne({ _id: tokenId });
    expect(await audit().done).toBeUndefined();
  });
});

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
