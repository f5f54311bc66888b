import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { relations } from '../../src/relations/index.js';
import { cloneToken } from '../support/clone-token.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { loadLedger, toInput } from '../support/load-ledger.js';
import type { LedgerTransfer } from '../support/oracle-numbers.js';
import { steadyLedger } from '../support/steady-ledger.js';
import { addToken, startTestGateway, type TestGateway } from './test-gateway.js';

/** Every relation, with small windows, and both waves: totalCount is read once its connection is there. */
const everything = `query($first: Int) { tokens(first: $first) { nodes {
  symbol totalSupply freshness { epoch asOfBlock }
  dailyMetrics(period: LAST_7_DAYS) { date } uniqueWallets(period: LAST_7_DAYS) { date } weeklyPayments(weeks: 2) { weekStartDate }
  paymentProjections(weeks: 1) { weekStartDate } priceData(period: LAST_7_DAYS) { price } latestPrice { price }
  transactionActivity(first: 2) { totalCount nodes { id } } hourlyActivity(from: "2026-02-05", to: "2026-02-06") { hour }
  holders(limit: 2) { rank } holderDistribution { holderCount } metrics(period: LAST_7_DAYS) { volume { total } }
} } }`;

describe.each(['memory', 'redis'] as const)('work of a query over HTTP, store in %s', (kind) => {
  let store: TestDatabase;
  let counted: CountedDatabase;
  let server: TestGateway;
  const tokens: Array<Awaited<ReturnType<typeof addToken>>> = [];
  const environment: Record<string, string> =
    kind === 'redis' ? { REDIS_URL: inject('redisUrl'), EPOCH_LIFE_MS: '60000', STORE_TIMEOUT_MS: '2000' } : {};
  const start = async () => {
    await server?.close();
    server = await startTestGateway({ database: counted.database, environment });
    await server.gateway.monitor.check();
    counted.reset();
  };
  const ask = async (first: number) => {
    const { errors, data } = await server.ask(everything, { variables: { first } });
    expect(errors).toEqual([]);
    return data;
  };

  beforeAll(async () => {
    store = await createTestDatabase();
    counted = await countCommands(store.database);
    await start();
    for (let n = 0; n < 12; n += 1) tokens.push(await addToken(server.gateway, `T${String(n).padStart(2, '0')}`));
  });
  afterAll(async () => {
    await server?.close();
    await counted?.close();
    await store?.close();
  });

  it('sends as many commands for 12 tokens as for one', async () => {
    // Epoch keys stay where entries go: those of all twelve are there from now on.
    await ask(12);
    await (await server.gateway.backend).store.invalidatePattern('*');
    counted.reset();
    await ask(1);
    const one = [...counted.reads].sort();
    await (await server.gateway.backend).store.invalidatePattern('*');
    counted.reset();
    await ask(12);
    expect([...counted.reads].sort()).toEqual(one);
    expect(one.filter((read) => read.includes('holders')).length).toBeGreaterThan(0);
  });

  it('reads no row for the same query again', async () => {
    await ask(12);
    counted.reset();
    await ask(12);
    const reads = counted.reads.filter((read) => read !== 'find tokens' && read !== 'find metadata');
    expect(reads).toEqual([]);
    if (kind === 'redis') expect(counted.reads).toEqual([]);
  });

  it('reads the rows of one token after a commit for it, and shows the commit in the next answer', async () => {
    await ask(12);
    const [changed] = tokens;
    await changed?.commit(40, 1);
    counted.reset();
    const data = await ask(12);
    const { nodes: [first, second] = [] } = (data?.tokens ?? {}) as { nodes?: Array<{ freshness: object }> };
    expect(first?.freshness).toEqual({ epoch: '3', asOfBlock: '140' });
    expect(second?.freshness).toEqual({ epoch: '2', asOfBlock: '139' });
    const rows = counted.commands.filter(
      ({ find, aggregate }) => !['tokens', 'metadata'].includes(String(find ?? aggregate)),
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { filter, pipeline } of rows) {
      const mentioned = new Set(JSON.stringify(filter ?? pipeline).match(/\b[0-9a-f]{24}\b/g));
      expect(mentioned).toEqual(new Set([changed?.id]));
    }
  });

  it('shows one epoch in every answer while commits fall between its waves', async () => {
    const [changed] = tokens;
    const query = `{ token(id: "${changed?.id}") { freshness { epoch asOfBlock } transactionActivity(first: 1) { totalCount nodes { blockNumber } }
      dailyMetrics(from: "2026-01-05") { cumulativeTxCount } holderDistribution { holderCount } holderCount } }`;
    let isWriting = true;
    const writing = (async () => {
      for (let n = 41; n < 61; n += 1) await changed?.commit(n, 1);
      isWriting = false;
    })();
    const seen = new Set<number>();
    while (isWriting) {
      for (const { data, errors } of await Promise.all(Array.from({ length: 4 }, () => server.ask(query)))) {
        expect(errors).toEqual([]);
        const epoch = epochOf(data?.token as Shown);
        seen.add(epoch);
      }
    }
    await writing;
    expect(seen.size).toBeGreaterThan(2);
    expect(epochOf((await server.ask(query)).data?.token as Shown)).toBe(23);
  });
});

describe('work of a query for hundreds of tokens over HTTP', () => {
  let store: TestDatabase;
  let counted: CountedDatabase;
  let server: TestGateway;
  let ids: string[];
  const environment = { MONGODB_TIMEOUT_MS: '20000', REQUEST_DEADLINE_MS: '30000' };
  const ledger = { ...steadyLedger(1), transfers: steadyLedger(1).transfers.slice(0, 9) };

  beforeAll(async () => {
    store = await createTestDatabase();
    counted = await countCommands(store.database, { selectionMs: 20_000 });
    const original = await loadLedger(store.database, { ...ledger, prices: ledger.prices.slice(0, 2) });
    ids = [original, ...(await cloneToken(store.database, original, 499))];
    server = await startTestGateway({ database: counted.database, environment });
    await server.gateway.monitor.check();
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    await counted?.close();
    await store?.close();
  });

  const ask = async (first: number) => {
    counted.reset();
    const { errors, data } = await server.ask(everything, { variables: { first } });
    expect(errors).toEqual([]);
    const { nodes } = (data?.tokens ?? { nodes: [] }) as { nodes: Array<Record<string, unknown[]>> };
    return nodes;
  };
  const rowCommands = () =>
    counted.commands.filter(({ find, aggregate }) => !['tokens', 'metadata'].includes(String(find ?? aggregate)));

  it('sends the same commands for 1, 100 and 500 tokens', async () => {
    const work: string[][] = [];
    for (const first of [1, 100, 500]) {
      await (await server.gateway.backend).store.invalidatePattern('*');
      const nodes = await ask(first);
      expect(nodes).toHaveLength(first);
      for (const { dailyMetrics, holders } of nodes) expect([dailyMetrics?.length, holders?.length]).toEqual([3, 2]);
      work.push([...counted.reads].sort());
    }
    expect(work[0]?.length).toBeGreaterThan(relations.length);
    expect(work[1]).toEqual(work[0]);
    expect(work[2]).toEqual(work[0]);
  }, 30_000);

  it('reads no row for the same query again, and after a commit those of one token only', async () => {
    const before = await ask(500);
    expect(await ask(500)).toEqual(before);
    expect(counted.reads.filter((read) => read !== 'find tokens' && read !== 'find metadata')).toEqual([]);
    const { database, publisher } = await server.gateway.backend;
    const last = ledger.transfers.at(-1) as LedgerTransfer;
    const more = toInput({ ...last, block: last.block + 1, time: last.time + 1_000 });
    const changed = ids[77] ?? '';
    await createPipeline({ database, publisher }).commit({ tokenId: changed, source: 'file', transfers: [more] });
    const after = await ask(500);
    expect(after.filter((node, n) => JSON.stringify(node) !== JSON.stringify(before[n]))).toHaveLength(1);
    expect(rowCommands().length).toBeGreaterThan(5);
    for (const { filter, pipeline } of rowCommands()) {
      const mentioned = new Set(JSON.stringify(filter ?? pipeline).match(/\b[0-9a-f]{24}\b/g));
      expect(mentioned).toEqual(new Set([changed]));
    }
  }, 30_000);

  it('refuses an answer of too many rows before it reads one', async () => {
    const hours = 'hourlyActivity(from: "2025-01-01", to: "2025-01-10") { hour }';
    const fields = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `a${n}: ${hours}`).join(' ');
    counted.reset();
    const { status, errors } = await server.ask(`{ tokens(first: 500) { nodes { ${fields} } } }`);
    expect(status).toBe(400);
    const found = 500 * 8 * 3 * 24;
    expect(errors[0]?.extensions).toMatchObject({ code: 'QUERY_LIMIT_EXCEEDED', limit: 250_000, found });
    expect(rowCommands()).toEqual([]);
  });
});

interface Shown {
  freshness: { epoch: string; asOfBlock: string };
  transactionActivity: { totalCount: string; nodes: Array<{ blockNumber: string }> };
  dailyMetrics: Array<{ cumulativeTxCount: string }>;
  holderDistribution: { holderCount: string };
  holderCount: string;
}

/** Every part of the answer tells the number of transfers, hence the epoch: with 40 of them it was 2. */
function epochOf({ freshness, transactionActivity, dailyMetrics, holderDistribution, holderCount }: Shown): number {
  const epoch = Number(freshness.epoch);
  const transfers = String(epoch + 38);
  const newest = String(epoch + 137);
  expect({
    asOfBlock: freshness.asOfBlock,
    newest: transactionActivity.nodes[0]?.blockNumber,
    counted: transactionActivity.totalCount,
    summed: dailyMetrics.at(-1)?.cumulativeTxCount,
    holders: holderDistribution.holderCount,
    holderCount,
  }).toEqual({
    asOfBlock: newest,
    newest,
    counted: transfers,
    summed: transfers,
    holders: transfers,
    holderCount: transfers,
  });
  return epoch;
}
