import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStore, type Store } from '../../src/cache/store.js';
import type { Config } from '../../src/config.js';
import { createReadThrough } from '../../src/loaders/read-through.js';
import { relations } from '../../src/relations/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { loadLedger } from '../support/load-ledger.js';
import { answerOf } from '../support/oracle-answers.js';
import { createOracle, type Ledger } from '../support/oracle-numbers.js';
import { steadyLedger } from '../support/steady-ledger.js';

describe('Tokens that cannot answer the arguments of their batch', () => {
  let test: TestDatabase;
  let store: Store;
  let ids: { old: string; young: string };
  const young = steadyLedger(2);
  // Five years older in its first transfer, and with a price every minute of a day.
  const first = { ...young.transfers[1], block: 1, time: Date.UTC(2020, 0, 1) } as Ledger['transfers'][number];
  const start = young.transfers.at(-1)?.time ?? 0;
  const old: Ledger = {
    ...young,
    transfers: [first, ...young.transfers],
    prices: Array.from({ length: 301 }, (_, i) => ({ time: start - i * 60_000, price: '1', volume: '0' })),
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    store = await createStore({ config: test.config.cache, namespace: 'test' });
    ids = { old: await loadLedger(test.database, old), young: await loadLedger(test.database, young) };
  });
  afterAll(async () => {
    await store?.close();
    await test?.close();
  });

  const ask = async (name: string, args: object, answers: Partial<Config['answers']> = {}) => {
    const relation = relations.find((one) => one.name === name);
    if (!relation) throw new Error(`no relation ${name}`);
    const config = { ...test.config, answers: { ...test.config.answers, ...answers } };
    const through = createReadThrough({ database: test.database, store, relations, config });
    const scope = through.createScope({ deadlineAt: Date.now() + 60_000, attempt: 0, record: false });
    try {
      const tokens = await Promise.all([scope.token(ids.old), scope.token(ids.young)]);
      return await Promise.allSettled(tokens.map((token) => token && scope.relation(relation, token, args)));
    } finally {
      await scope.close();
    }
  };

  it.each(['dailyMetrics', 'uniqueWallets', 'hourlyActivity'])(
    '%s refuses them alone and answers the others',
    async (name) => {
      for (let round = 0; round < 2; round += 1) {
        const [refused, answered] = await ask(name, { to: '2025-03-05' });
        expect(refused).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'BAD_USER_INPUT',
            message: expect.stringMatching(/1,100 days.* got 1,891 \(2020-01-01 to 2025-03-05\)/),
          },
        });
        expect(answered).toEqual({
          status: 'fulfilled',
          value: answerOf(createOracle(young), name, { to: '2025-03-05' }),
        });
      }
    },
  );

  it('priceData refuses those with more prices than allowed, and none with as many', async () => {
    const [refused, answered] = await ask('priceData', {}, { maxPrices: 300 });
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { code: 'BAD_USER_INPUT', message: expect.stringMatching(/at most 300 prices/) },
    });
    expect(answered).toEqual({ status: 'fulfilled', value: answerOf(createOracle(young), 'priceData', {}) });
    const [allowed] = await ask('priceData', {}, { maxPrices: 301 });
    expect(allowed).toEqual({ status: 'fulfilled', value: answerOf(createOracle(old), 'priceData', {}) });
  });
});
