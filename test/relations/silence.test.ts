import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../src/loaders/reader.js';
import { PaymentRuleKind } from '../../src/models/enums.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import { relations } from '../../src/relations/index.js';
import type { Reader } from '../../src/relations/relation.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { loadLedger, snapshotOf } from '../support/load-ledger.js';
import { answerOf } from '../support/oracle-answers.js';
import { createOracle, type Ledger, type Oracle } from '../support/oracle-numbers.js';
import { answersBy } from '../support/relation-answers.js';

const day = 86_400_000;
const start = Date.UTC(2025, 0, 1, 12);
const zero = `0x${'0'.repeat(40)}`;
const wallet = (n: number): string => `0x${String(n).repeat(40)}`;

/** Liquidity locked from nobody to nobody on the first day, three wallets on day 20, one more on day 60, read on to day 100. */
const ledger: Ledger = {
  decimals: 2,
  transfers: [
    { day: 0, from: zero, to: zero, value: 700n },
    { day: 20, from: wallet(1), to: wallet(2), value: 5n },
    { day: 20, from: wallet(2), to: wallet(3), value: 4n },
    { day: 60, from: wallet(3), to: wallet(4), value: 1n },
  ].map(({ day: after, ...row }, i) => ({
    ...row,
    block: 10 + i,
    log: 0,
    time: start + after * day,
    hash: null,
    success: true,
    methodId: null,
  })),
  prices: [],
  openings: new Map([
    [wallet(1), 50n],
    [wallet(5), 7n],
  ]),
  paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
  asOf: { block: 99, time: start + 100 * day },
};

describe('Running totals in windows in which nothing happened', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let read: Reader;
  let tokens: TokenSnapshot[];
  const busy: Ledger = { ...ledger, asOf: undefined };
  const oracles: Oracle[] = [ledger, busy].map(createOracle);

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    const ids = [await loadLedger(test.database, ledger), await loadLedger(test.database, busy)];
    tokens = await Promise.all(ids.map((id) => snapshotOf(test.database, id)));
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    read = createReader({ database: counted.database, settings: test.config.answers, limits });
  });
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const date = (after: number): string => new Date(start + after * day).toISOString().slice(0, 10);
  const windows = [
    { to: date(5) },
    { from: date(5), to: date(10) },
    { from: date(30), to: date(35) },
    { from: date(30) },
    { from: date(70), to: date(75) },
    { from: date(70) },
    { period: 'LAST_7_DAYS' },
    { period: 'LAST_30_DAYS' },
  ];

  it.each(['dailyMetrics', 'uniqueWallets'])(
    'are carried by %s from the last row before, with one command more at most',
    async (name) => {
      const relation = relations.find((one) => one.name === name);
      if (!relation) throw new Error(`no relation ${name}`);
      for (const args of windows) {
        counted.reset();
        const answers = await answersBy({ relation, tokens, args, read });
        expect({ args, answers }).toEqual({ args, answers: oracles.map((oracle) => answerOf(oracle, name, args)) });
        expect(counted.reads.length).toBeLessThanOrEqual(2);
      }
    },
  );

  it('are the totals at the end of the data for metrics', async () => {
    const relation = relations.find(({ name }) => name === 'metrics');
    if (!relation) throw new Error('no relation metrics');
    for (const period of ['LAST_7_DAYS', 'LAST_30_DAYS', 'LAST_90_DAYS']) {
      const answers = await answersBy({ relation, tokens, args: { period }, read });
      expect(answers).toEqual(oracles.map((oracle) => answerOf(oracle, 'metrics', { period })));
    }
  });
});
