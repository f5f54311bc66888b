import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/gateway.js';
import { isHeld } from '../../src/ingest/lease.js';
import { createDemo, type Demo, type DemoProgress } from '../../src/ingest/sources/demo/demo.js';
import { maxRows } from '../../src/ingest/sources/demo/demo-token.js';
import { demoProfiles } from '../../src/ingest/sources/demo/profiles.js';
import { dayMs, dayOf } from '../../src/models/calendar.js';
import type { Row } from '../../src/models/models.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest } from './support.js';

let test: TestDatabase;
const running: Demo[] = [];
const problems: unknown[] = [];

/** Starts a demo whose clock is ahead by some days. */
function start({ aheadMs = 0, onCommit = () => {} }: { aheadMs?: number; onCommit?: () => void } = {}) {
  const { pipeline, service } = createIngest(test.database);
  const progress: DemoProgress[] = [];
  const demo = createDemo({
    database: test.database,
    pipeline: {
      commit: async (batch) => {
        onCommit();
        return pipeline.commit(batch);
      },
    },
    tokens: service,
    onProgress: (step) => progress.push(step),
    onError: (error) => problems.push(error),
    now: () => Date.now() + aheadMs,
  });
  running.push(demo);
  return { demo, progress };
}

const tokens = (): Promise<Array<Row<'tokens'>>> =>
  test.database.models.tokens.find().sort({ contractAddress: 1 }).lean();
const transferCount = (): Promise<number> => test.database.models.transactionActivity.countDocuments();

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(async () => {
  await Promise.all(running.map((demo) => demo.close()));
  await test?.close();
});

// One database goes through the life of a demo: the tests build on each other, in this order.
describe('demo', () => {
  it('fills four tokens to the current block and tells how far it is', { timeout: 180_000 }, async () => {
    const { demo, progress } = start();
    await demo.filled;
    expect((await tokens()).map(({ symbol }) => symbol).sort()).toEqual(['IDRX', 'LUSD', 'LZAR', 'USDC.e']);
    for (const token of await tokens()) {
      expect(token.source).toBe('demo');
      expect(Date.now() - (token.asOfTime?.getTime() ?? 0)).toBeLessThan(60_000);
      expect(token.totals.firstDay).toBe(dayOf(Date.now() - 119 * dayMs));
      expect(token.totals.negativeBalanceCount).toBe(0);
    }
    expect(await transferCount()).toBeGreaterThanOrEqual(20_000);
    expect(progress.at(-1)).toMatchObject({ share: 1 });
    expect(progress.map(({ share }) => share)).toEqual([...progress].map(({ share }) => share).sort((a, b) => a - b));
    expect(progress.at(-1)?.transfers).toBe(await transferCount());
  });

  it('leaves no relation of any token empty', async () => {
    const { app, close } = await createGateway({ config: test.config, database: test.database });
    for (const { symbol } of demoProfiles) {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query: everything, variables: { symbol } },
      });
      const { data, errors } = response.json();
      expect(errors).toBeUndefined();
      for (const [field, value] of Object.entries(data.token)) {
        expect(value, `${symbol} ${field}`).not.toBeNull();
        const rows = (value as { nodes?: unknown }).nodes ?? value;
        if (Array.isArray(rows)) expect(rows.length, `${symbol} ${field}`).toBeGreaterThan(0);
      }
      expect(data.token.latestPrice.change24h).not.toBeNull();
      expect(data.token.weeklyPayments.filter((week: { filled: boolean }) => !week.filled).length).toBeGreaterThan(10);
      expect(data.token.mints.nodes.length * data.token.burns.nodes.length).toBeGreaterThan(0);
      const bands: Array<{ holderCount: string }> = data.token.holderDistribution.bands;
      expect(bands.filter(({ holderCount }) => holderCount === '0')).toEqual([]);
    }
    await close();
  });

  it('adds a block every two seconds', async () => {
    const [before] = await tokens();
    await expect
      .poll(async () => (await tokens())[0]?.asOfBlock, { timeout: 20_000 })
      .toBeGreaterThanOrEqual((before?.asOfBlock ?? 0) + 2);
  });

  it('is written by one process at a time, and by another as soon as that one ends', async () => {
    const [first] = running;
    let commits = 0;
    const { demo: second } = start({ onCommit: () => commits++ });
    await second.filled;
    const before = (await tokens())[0]?.asOfBlock ?? 0;
    await expect.poll(async () => (await tokens())[0]?.asOfBlock, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(commits).toBe(0);
    await first?.close();
    await expect.poll(() => commits, { timeout: 20_000 }).toBeGreaterThanOrEqual(demoProfiles.length);
    await second.close();
  });

  it('goes on where it stood after a pause of days', async () => {
    const before = await tokens();
    const rows = await transferCount();
    const { demo } = start({ aheadMs: 3 * dayMs });
    await demo.filled;
    await demo.close();
    const after = await tokens();
    expect(after.map(({ _id }) => _id)).toEqual(before.map(({ _id }) => _id));
    for (const [i, token] of after.entries()) {
      expect(token.asOfBlock).toBeGreaterThan((before[i]?.asOfBlock ?? 0) + 3 * 43_000);
      expect(token.totals.negativeBalanceCount).toBe(0);
    }
    expect(await transferCount()).toBeGreaterThan(rows + 200);
  });

  it('makes a token anew that has grown too large, and removes its rows', { timeout: 180_000 }, async () => {
    const { models } = test.database;
    const [large] = await tokens();
    await models.tokens.updateOne({ _id: large?._id ?? '' }, { $set: { 'totals.transferRows': maxRows + 1 } });
    const { demo } = start({ aheadMs: 3 * dayMs + 60_000 });
    await demo.filled;
    await demo.close();
    expect(await models.tokens.findOne({ contractAddress: large?.contractAddress ?? '' }).lean()).not.toMatchObject({
      _id: large?._id,
    });
    expect(await models.transactionActivity.countDocuments({ tokenId: large?._id ?? '' })).toBe(0);
    expect((await tokens()).length).toBe(demoProfiles.length);
  });

  it('had nothing go wrong, and gave its lease back', async () => {
    expect(problems).toEqual([]);
    expect(await isHeld({ database: test.database, name: 'demo' })).toBe(false);
  });
});

const everything = `query Everything($symbol: String!) {
  token(symbol: $symbol) {
    totalSupply holderCount freshness { epoch asOfBlock asOfTime finalizedBlock }
    dailyMetrics { date } uniqueWallets { date } weeklyPayments { filled } paymentProjections { expectedAmount }
    priceData { price } latestPrice { price change24h } hourlyActivity { hour } holders { rank }
    transactionActivity { nodes { id } }
    mints: transactionActivity(kind: MINT) { nodes { id } }
    burns: transactionActivity(kind: BURN) { nodes { id } }
    holderDistribution { bands { holderCount } }
    metrics { from }
  }
}`;
