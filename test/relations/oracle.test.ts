import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../src/loaders/reader.js';
import { innerRelations, relations } from '../../src/relations/index.js';
import type { Reader } from '../../src/relations/relation.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { loadLedger, snapshotOf } from '../support/load-ledger.js';
import { answerOf } from '../support/oracle-answers.js';
import { createOracle, type Oracle } from '../support/oracle-numbers.js';
import { randomLedger } from '../support/random-ledger.js';
import { answersBy } from '../support/relation-answers.js';

let test: TestDatabase;
let read: Reader;

beforeAll(async () => {
  test = await createTestDatabase();
  const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
  read = createReader({ database: test.database, settings: test.config.answers, limits });
});
afterAll(() => test.close());

const wallet = (n: number): string => `0x${String(n).repeat(40)}`;

/** Arguments that cut the data everywhere: inside, at its ends, and outside. */
function argumentsOf(oracle: Oracle): Record<string, object[]> {
  const day = (offset: number): string => oracle.day((oracle.asOfTime ?? Date.UTC(2025, 0, 1)) + offset * 86_400_000);
  const instant = (offset: number): string =>
    new Date((oracle.asOfTime ?? Date.UTC(2025, 0, 1)) + offset * 86_400_000).toISOString();
  const ends = [-200, -40, -11, -1, 0, 3].map((offset) => ({ day: day(offset), instant: instant(offset) }));
  const windows = (end: 'day' | 'instant') => [
    {},
    { period: 'LAST_7_DAYS' },
    { period: 'LAST_90_DAYS' },
    ...ends.map((at) => ({ from: at[end] })),
    ...ends.map((at) => ({ to: at[end] })),
    ...ends.flatMap((a) => ends.filter((b) => a.day <= b.day).map((b) => ({ from: a[end], to: b[end] }))),
  ];
  const filters = [
    {},
    { kind: 'MINT' },
    { kind: 'BURN' },
    { kind: 'TRANSFER' },
    { address: wallet(1) },
    { address: wallet(0) },
    { address: wallet(2), kind: 'TRANSFER' },
    { from: instant(-11) },
    { to: instant(-11) },
    { from: instant(-40), to: instant(-1), address: wallet(3) },
    { from: instant(-40), to: instant(-1), kind: 'TRANSFER' },
  ].map((filter) => ({ address: null, kind: null, from: null, to: null, ...filter }));
  return {
    dailyMetrics: windows('day'),
    uniqueWallets: windows('day'),
    hourlyActivity: [...windows('day').slice(0, 3), { from: day(-11), to: day(-1) }, { to: day(-40) }],
    priceData: windows('instant'),
    weeklyPayments: [{}, { weeks: 1 }, { weeks: 3 }, { weeks: 260 }],
    paymentProjections: [{}, { weeks: 1 }, { weeks: 52 }],
    latestPrice: [{}],
    transactionActivity: [...filters, ...filters.map((filter) => ({ ...filter, first: 2 })), { first: 500 }],
    transactionActivityCount: filters,
    holders: [{}, { limit: 1 }, { limit: 1000 }],
    holderDistribution: [{}],
    metrics: ['LAST_7_DAYS', 'LAST_30_DAYS', 'LAST_90_DAYS'].flatMap((period) =>
      ['ALL', 'GROWTH', 'VOLUME', 'ACTIVITY'].map((type) => ({ period, type })),
    ),
  };
}

describe('Relations against a naive computation from the transfers', () => {
  it('answer every field to the last digit for random histories, several tokens in one batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomLedger, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (ledgers, parts) => {
          const ids = await Promise.all(ledgers.map((ledger) => loadLedger(test.database, ledger, { parts })));
          const tokens = await Promise.all(ids.map((id) => snapshotOf(test.database, id)));
          const oracles = ledgers.map(createOracle);
          const grid = argumentsOf(oracles[0] as Oracle);
          for (const relation of [...relations, ...innerRelations]) {
            for (const args of grid[relation.name] ?? []) {
              const got = await answersBy({ relation, tokens, args, read });
              const wanted = oracles.map((oracle) => answerOf(oracle, relation.name, args));
              expect({ relation: relation.name, args, answers: got }).toEqual({
                relation: relation.name,
                args,
                answers: wanted,
              });
            }
          }
        },
      ),
      { numRuns: Number(process.env.ORACLE_RUNS ?? 8), endOnFailure: true },
    );
  }, 240_000);
});
