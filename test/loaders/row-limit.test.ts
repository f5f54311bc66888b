import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStore, type Store } from '../../src/cache/store.js';
import { createReadThrough } from '../../src/loaders/read-through.js';
import { relations } from '../../src/relations/index.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { loadLedger } from '../support/load-ledger.js';
import { nobody } from '../support/nobody.js';
import { steadyLedger } from '../support/steady-ledger.js';

describe('Rows of one answer', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let store: Store;
  let ids: string[];

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    store = await createStore({ config: test.config.cache, namespace: 'test' });
    ids = [await loadLedger(test.database, steadyLedger(1)), await loadLedger(test.database, steadyLedger(2))];
  });
  afterAll(async () => {
    await store?.close();
    await counted?.close();
    await test?.close();
  });

  /** Asks every token for the fields, all at once, and tells which of them came. */
  const ask = async (fields: Array<[name: string, args: object]>, maxRows: number) => {
    const config = { ...test.config, answers: { ...test.config.answers, maxRows } };
    const through = createReadThrough({ database: counted.database, store, relations, config });
    const scope = through.createScope({ deadlineAt: Date.now() + 60_000, attempt: 0, record: false });
    try {
      const tokens = await Promise.all(ids.map((id) => scope.token(id)));
      counted.reset();
      const asked = tokens.flatMap((token) =>
        fields.map(async ([name, args]) => {
          const relation = relations.find((one) => one.name === name);
          if (!relation || !token) throw new Error(`no relation ${name} or no token`);
          return scope.relation(relation, token, args);
        }),
      );
      return await Promise.allSettled(asked);
    } finally {
      await scope.close();
    }
  };
  const refusal = (limit: number, found: number) => ({
    status: 'rejected',
    reason: expect.objectContaining({ code: 'QUERY_LIMIT_EXCEEDED', details: { limit, found } }),
  });
  const window = { from: '2025-02-01', to: '2025-02-10' };

  it('are refused before anything is read, with the number of them, and answered where they are just allowed', async () => {
    const rows = 2 * 10 * 24;
    const refused = await ask([['hourlyActivity', window]], rows - 1);
    expect(refused).toEqual([refusal(rows - 1, rows), refusal(rows - 1, rows)]);
    expect(counted.reads).toEqual([]);
    const answered = await ask([['hourlyActivity', window]], rows);
    expect(answered.map((one) => one.status === 'fulfilled' && (one.value as unknown[]).length)).toEqual([240, 240]);
  });

  it('are those of all fields together, also of the same field twice and of fields that are cached', async () => {
    await ask([['dailyMetrics', window]], 1_000);
    const fields: Array<[string, object]> = [
      ['dailyMetrics', window],
      ['dailyMetrics', window],
      ['holders', { limit: 3 }],
      ['transactionActivity', { first: 4 }],
      ['weeklyPayments', { weeks: 5 }],
      ['paymentProjections', { weeks: 6 }],
      ['latestPrice', {}],
    ];
    const rows = 2 * (10 + 10 + 3 + 4 + 5 + 6 + 1);
    for (const result of await ask(fields, rows - 1)) expect(result).toEqual(refusal(rows - 1, rows));
    for (const { status } of await ask(fields, rows)) expect(status).toBe('fulfilled');
  });

  it('of prices are counted once they are there', async () => {
    const prices: [string, object] = ['priceData', { from: '2025-02-01T00:00:00Z', to: '2025-02-10T23:59:59Z' }];
    const results = await ask([prices], 60);
    expect(results.map((one) => one.status === 'fulfilled' && (one.value as unknown[]).length)).toEqual([30, 30]);
    for (const result of await ask([prices, ['latestPrice', {}]], 61)) {
      if (result.status === 'rejected') expect(result).toEqual(refusal(61, 62));
    }
    expect((await ask([prices, ['latestPrice', {}]], 61)).some(({ status }) => status === 'rejected')).toBe(true);
  });

  it('are few enough for 500 tokens with all fields at their defaults', () => {
    const settings = test.config.answers;
    const rich = {
      ...nobody,
      asOfTime: '2026-01-01T00:00:00.000Z',
      totals: { ...nobody.totals, firstDay: '2020-01-01', holderCount: 1e6, transferRows: 1e6 },
    };
    const rows = relations.map((relation) => relation.rows?.(rich, relation.normalize({}, settings), settings) ?? 1);
    const all = 500 * rows.reduce((sum, count) => sum + count, 0);
    expect(rows).toContain(168);
    // What is left are the prices of 30 days, one every four hours.
    expect(all + 500 * 180).toBeLessThan(settings.maxRows);
  });
});
