import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SourceError, TokenNotFoundError } from '../../../src/errors.js';
import { createUsageStore } from '../../../src/ingest/sources/moralis/usage.js';
import { zeroAddress } from '../../../src/models/address.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { type Misbehaviour, type MoralisStub, nobody, startMoralisStub, stubKey } from '../../support/moralis-stub.js';
import { auditAll, createIngest } from '../support.js';
import { chooseSeed, feed, openSource, storeOf, truthOf } from './moralis-support.js';

let test: TestDatabase;
let stub: MoralisStub;
let tokenId: string;
const seed = chooseSeed();
const opened: Array<ReturnType<typeof openSource>['source']> = [];

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());
beforeEach(async () => {
  stub = await startMoralisStub(seed);
  stub.truth.grow(300);
  const { service } = createIngest(test.database);
  const made = { name: 'Stub', symbol: 'STUB', contractAddress: stub.truth.token, decimals: 18 };
  tokenId = (await service.createToken(made))._id;
});
afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
  await stub.close();
  const { models } = test.database;
  for (const name of ['tokens', 'transactionActivity', 'holders', 'checkpoints', 'jobs'] as const) {
    await models[name].collection.deleteMany({});
  }
  for (const name of ['dailyUniqueWallets', 'hourlyActivity', 'dailyCumulativeMetrics'] as const) {
    await models[name]?.collection.deleteMany({});
  }
});

function open(options?: Parameters<typeof openSource>[2]) {
  const { source } = openSource(stub, test.database, options);
  opened.push(source);
  return source;
}
const sync = (options: Partial<Parameters<typeof feed>[0]> = {}) =>
  feed({ database: test.database, source: opened[0] ?? open(), address: stub.truth.token, tokenId, ...options });
const store = () => storeOf(test.database, tokenId);

describe('the Moralis source', () => {
  it('takes in the whole history page by page, and is done when nothing has happened since', async () => {
    const parts = await sync();
    expect(parts.length).toBeGreaterThan(3);
    expect(await store()).toEqual(truthOf(stub));
    expect(await auditAll(test.database)).toEqual([]);
    const blocks = parts.flatMap(({ transfers = [] }) => transfers.map(({ blockNumber }) => blockNumber));
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
    const token = await test.database.models.tokens.findOne({ _id: tokenId }).lean();
    expect(token).toMatchObject({ asOfBlock: 300, asOfTime: new Date(stub.truth.timeOf(300)), finalizedBlock: 200 });
    expect(await sync()).toEqual([]);
  });

  it('sends the page size on the first call of a chain only', async () => {
    await sync();
    const pages = stub.asked.filter(({ pathname }) => pathname.endsWith('/transfers'));
    expect(pages.length).toBe(Math.ceil(stub.truth.transfers.length / 20));
    expect(pages.map(({ searchParams }) => searchParams.has('limit'))).toEqual(pages.map((_, i) => i === 0));
    for (const { searchParams } of pages) expect(searchParams.get('chain')).toBe('0x46f');
  });

  it('goes on behind the last committed part', async () => {
    await sync({ most: 2 });
    const before = stub.asked.length;
    const parts = await sync();
    const first = stub.asked.slice(before).find(({ pathname }) => pathname.endsWith('/transfers'));
    const stand = parts[0]?.after?.blockNumber ?? 0;
    expect(stand).toBeGreaterThan(0);
    expect(Number(first?.searchParams.get('from_block'))).toBe(Math.min(stand, 200) + 1);
    expect(await store()).toEqual(truthOf(stub));
  });

  it('follows new blocks with one page for what was not confirmed and what is new', async () => {
    await sync({ source: open({ pageSize: 1000 }) });
    stub.truth.grow(20);
    stub.calls.clear();
    const parts = await sync();
    expect(Object.fromEntries(stub.calls)).toEqual({ latestBlockNumber: 1, dateToBlock: 1, transfers: 1 });
    expect(parts).toHaveLength(1);
    expect(parts[0]?.rewindTo).toBeUndefined();
    expect(await store()).toEqual(truthOf(stub));
  });

  const behaviours = ['duplicate', 'shuffle', 'limited', 'failing', 'cut'] as const;
  for (const what of behaviours) {
    for (const times of [1, 3]) {
      it(`ends in the same rows when pages are ${what} ${times} times`, async () => {
        stub.wrong[what] = times;
        await sync();
        expect(stub.wrong[what]).toBe(0);
        expect(await store()).toEqual(truthOf(stub));
        expect(await auditAll(test.database)).toEqual([]);
      });
    }
  }

  it('reads strings, numbers and booleans in each other’s place', async () => {
    stub.variant = 'numbers';
    await sync();
    expect(await store()).toEqual(truthOf(stub));
  });

  it('asks again for a page that is not full although others follow', async () => {
    stub.wrong.missing = 1;
    await sync();
    expect(stub.wrong.missing).toBe(0);
    expect(await store()).toEqual(truthOf(stub));
  });

  it('reads the last page again with the next sync, however old its blocks are', async () => {
    const source = open({ pageSize: 1000 });
    stub.wrong.missing = 1;
    await sync({ source });
    expect((await store()).transfers.length).toBe(stub.truth.transfers.length - 1);
    stub.truth.head += 500;
    await sync();
    expect(await store()).toEqual(truthOf(stub));
    stub.truth.head += 500;
    await sync();
    const last = stub.asked.filter(({ pathname }) => pathname.endsWith('/transfers')).at(-1);
    expect(last?.searchParams.get('from_block')).toBe('301');
  });

  it('finds a row later that was missing on a page, and undoes nothing for one that is missing once', async () => {
    const source = open({ pageSize: 1000 });
    await sync({ source });
    stub.truth.grow(60);
    // Block 300 to 360 are new and unconfirmed; the row in the middle of them is left out.
    stub.wrong.missing = 1;
    await sync();
    expect(stub.wrong.missing).toBe(0);
    stub.truth.grow(10);
    stub.wrong.missing = 1;
    const [part] = await sync();
    expect(part?.rewindTo).toBeUndefined();
    stub.truth.grow(1);
    await sync();
    expect(await store()).toEqual(truthOf(stub));
    expect(await auditAll(test.database)).toEqual([]);
  });

  for (const depth of [1, 40, 99]) {
    it(`follows a reorg of ${depth} blocks, also when both forks are in one answer`, async () => {
      await sync();
      for (const bothForks of [0, 1]) {
        stub.truth.reorg(depth);
        stub.truth.grow(3);
        stub.wrong.bothForks = bothForks;
        const parts = await sync();
        for (const { rewindTo } of parts) expect(rewindTo ?? 300).toBeGreaterThanOrEqual(200);
        expect(await store()).toEqual(truthOf(stub));
        expect(await auditAll(test.database)).toEqual([]);
      }
    });
  }

  it('follows a reorg that brings no new block', async () => {
    await sync();
    stub.truth.reorg(20);
    await sync();
    expect(await store()).toEqual(truthOf(stub));
    expect(await sync()).toEqual([]);
  });

  it('stays equal to the chain with everything together', async () => {
    let luck = seed;
    const next = (most: number): number => {
      luck = (Math.imul(luck, 1_664_525) + 1_013_904_223) >>> 0;
      return luck % most;
    };
    for (let round = 0; round < 12; round += 1) {
      stub.truth.grow(1 + next(60));
      if (round > 0 && next(2) === 0) stub.truth.reorg(1 + next(60));
      for (const what of [...behaviours, 'missing', 'bothForks'] as Array<keyof Misbehaviour>)
        stub.wrong[what] = next(2);
      stub.variant = next(2) === 0 ? 'strings' : 'numbers';
      await sync({ most: 1 + next(6) }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SOURCE_CONTRADICTS' });
      });
    }
    for (const what of Object.keys(stub.wrong) as Array<keyof Misbehaviour>) stub.wrong[what] = 0;
    // What was left out of the last page is there when it is read again.
    for (let i = 0; i < 2; i += 1) {
      stub.truth.grow(1);
      await sync();
    }
    expect(await store()).toEqual(truthOf(stub));
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('knows nothing new while the provider is behind what it said before', async () => {
    await sync();
    stub.hidden = 30;
    expect(await sync()).toEqual([]);
    expect(await store()).toEqual(truthOf(stub));
  });

  it('ends without an error at the signal', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await sync({ signal: stop.signal })).toEqual([]);
    expect(stub.asked).toEqual([]);
  });

  it('opens with balances by the owners less what moved since, approximate until a node confirms them', async () => {
    await sync({ fromBlock: 150 });
    expect(await store()).toEqual(truthOf(stub, { fromBlock: 150 }));
    expect(await auditAll(test.database)).toEqual([]);
    const token = await test.database.models.tokens.findOne({ _id: tokenId }).lean();
    expect(token).toMatchObject({ openingBlock: 150, openingsApproximate: true });
    const owners = stub.asked.filter(({ pathname }) => pathname.endsWith('/owners'));
    expect(owners).toHaveLength(1);
    // What was walked for the balances is not paid for a second time.
    const first = stub.asked.filter((url) => url.pathname.endsWith('/transfers') && !url.searchParams.has('cursor'));
    expect(first).toHaveLength(1);
  });

  it('refuses openings that no day can pay, before a page of them is paid, and says what to do', async () => {
    stub.totalHolders = 100_000;
    const source = open({ cuPerDay: 40_000, pageSize: 100 });
    await expect(sync({ source, fromBlock: 150 })).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(
        /1000 pages .* 50000 compute units.*larger plan.*--opening-balances.*backfill without --from/,
      ),
    });
    await expect(sync({ source, fromBlock: 150 })).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(stub.calls.get('owners')).toBeUndefined();
    expect(stub.calls.get('holders')).toBe(1);
  });

  it('puts openings off until tomorrow that only today cannot pay', async () => {
    let now = Date.UTC(2026, 0, 1, 12);
    stub.totalHolders = 50_000;
    const source = open({ cuPerDay: 40_000, pageSize: 100, now: () => now });
    const usage = createUsageStore({ database: test.database, limit: 40_000, now: () => now });
    await usage.charge(20_000);
    await expect(sync({ source, fromBlock: 150 })).rejects.toMatchObject({ code: 'BUDGET_EXHAUSTED' });
    expect(stub.calls.get('owners')).toBeUndefined();
    now += 86_400_000;
    await sync({ source, fromBlock: 150 });
    expect(await store()).toEqual(truthOf(stub, { fromBlock: 150 }));
  });

  it('reads of a long history only what leaves syncs their part of the day', async () => {
    const now = Date.UTC(2026, 0, 1, 1);
    const source = open({ cuPerDay: 1_000, pageSize: 5, now: () => now });
    await expect(sync({ source })).rejects.toThrow(/those are for syncs. The history stands at block/);
    const { left } = await source.budget();
    expect(left).toBeLessThan(250);
    expect(left).toBeGreaterThanOrEqual(100);
  });

  it('leaves opening balances alone that are there already', async () => {
    const openings = { blockNumber: 150, balances: stub.truth.balances(149) };
    await createIngest(test.database).pipeline.commit({ tokenId, source: 'file', openings });
    await sync({ fromBlock: 150, isOpened: true });
    expect(await store()).toEqual(truthOf(stub, { fromBlock: 150 }));
    expect(stub.calls.get('owners')).toBeUndefined();
    const token = await test.database.models.tokens.findOne({ _id: tokenId }).lean();
    expect(token).toMatchObject({ openingBlock: 150, openingsApproximate: false });
  });

  it('takes opening balances from a node where there is one', async () => {
    const asked: number[] = [];
    const source = open({
      confirm: async ({ wallets, blockNumber }) => {
        asked.push(blockNumber);
        expect(wallets).not.toContain(zeroAddress);
        const balances = stub.truth.balances(blockNumber);
        return new Map(wallets.map((one) => [one, balances.get(one) ?? 0n]));
      },
    });
    const { signal } = new AbortController();
    const openings = await source.openings({ address: stub.truth.token, fromBlock: 150, signal });
    const positive = [...stub.truth.balances(149)].filter(([, balance]) => balance > 0n);
    expect(openings).toMatchObject({ blockNumber: 150, approximate: false });
    expect([...openings.balances].sort()).toEqual(positive.sort());
    await sync({ source, fromBlock: 150 });
    expect(asked).toEqual([149, 149]);
    expect(await store()).toEqual(truthOf(stub, { fromBlock: 150 }));
    const token = await test.database.models.tokens.findOne({ _id: tokenId }).lean();
    expect(token).toMatchObject({ openingsApproximate: false });
  });

  it('describes a contract, and says so when there is none', async () => {
    expect(await open().describe(stub.truth.token)).toEqual({
      name: 'Stub',
      symbol: 'STUB',
      decimals: 18,
      totalSupply: 7n,
    });
    await expect(open().describe(nobody)).rejects.toThrow(TokenNotFoundError);
  });

  it('refuses an amount that went through a float', async () => {
    const [first] = stub.truth.transfers;
    if (first) stub.truth.transfers[0] = { ...first, value: { toString: () => '1e+77' } as unknown as bigint };
    await expect(sync()).rejects.toMatchObject({ code: 'SOURCE_CONTRADICTS' });
    expect((await store()).transfers).toEqual([]);
  });

  it('never shows its key', async () => {
    const wrong = `${stubKey}-wrong`;
    const error: unknown = await open({ apiKey: wrong })
      .head()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'SOURCE_REFUSED' });
    expect(String(error)).toContain('MORALIS_API_KEY');
    expect(JSON.stringify([String(error), error])).not.toContain(stubKey);
    expect(() => open({ apiKey: 'line\nbreak' })).toThrow(/MORALIS_API_KEY/);
  });
});

describe('the budget of compute units', () => {
  it('equals what Moralis charges, and refuses the call that would go beyond it', async () => {
    const source = open({ cuPerDay: 211 });
    await expect(sync({ source })).rejects.toMatchObject({ code: 'BUDGET_EXHAUSTED' });
    expect(stub.units).toBe(211);
    expect(await source.budget()).toEqual({ used: 211, limit: 211, left: 0 });
    await expect(source.head()).rejects.toMatchObject({ code: 'BUDGET_EXHAUSTED' });
    expect(stub.units).toBe(211);
  });

  it('is shared by processes side by side and remembered by those that come later, until the next UTC day', async () => {
    let now = Date.UTC(2026, 0, 1, 23, 59);
    const options = { cuPerDay: 55, now: () => now };
    const heads = await Promise.allSettled(Array.from({ length: 12 }, () => open(options).head()));
    expect(heads.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(stub.units).toBeLessThanOrEqual(55);
    expect((await open(options).budget()).used).toBe(stub.units);
    now += 120_000;
    expect(await open(options).budget()).toEqual({ used: 0, limit: 55, left: 55 });
    await open(options).head();
    expect((await open(options).budget()).used).toBe(11);
  });
});

describe('prices of Moralis', () => {
  it('are not offered on Lisk, which costs nothing and is no failure', async () => {
    for (const chainId of [1135, 4202]) {
      const source = open({ chainId });
      const request = { pair: stub.truth.token, timeframe: '1h', from: 0, to: Date.now() } as const;
      for (const answer of [
        await source.price(stub.truth.token),
        await source.prices([]),
        await source.ohlcv(request),
      ]) {
        expect(answer).toMatchObject({ offered: false, reason: expect.stringContaining(String(chainId)) });
      }
    }
    expect(stub.asked).toEqual([]);
  });

  it('are rounded once to 8 places from their own text', async () => {
    const source = open({ chainId: 1 });
    expect(await source.price(stub.truth.token)).toMatchObject({ offered: true, value: { price: '0.12345679' } });
    const prices = await source.prices([stub.truth.token, nobody]);
    expect(prices.offered && [...prices.value].map(([address, { price }]) => [address, price])).toEqual([
      [stub.truth.token, '0.12345679'],
    ]);
    expect(await source.pairs(stub.truth.token)).toMatchObject({ offered: true, value: [{ exchange_name: 'Swap' }] });
    const candles = await source.ohlcv({ pair: stub.truth.token, timeframe: '1h', from: 0, to: Date.now() });
    const start = stub.truth.startMs;
    expect(candles).toMatchObject({
      offered: true,
      value: [
        { timestamp: start + 3_599_999, price: '0.00000015', volume: '12.12345679' },
        { timestamp: start + 7_199_999, price: '2', volume: '0' },
      ],
    });
  });
});
