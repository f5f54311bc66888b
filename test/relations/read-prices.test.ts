import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.js';
import { createReader } from '../../src/loaders/reader.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import { priceData } from '../../src/relations/price-data.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { explainAll } from '../support/explain.js';
import { loadLedger, snapshotOf } from '../support/load-ledger.js';
import { answerOf } from '../support/oracle-answers.js';
import { createOracle, type Ledger, type Oracle } from '../support/oracle-numbers.js';
import { answersBy } from '../support/relation-answers.js';
import { steadyLedger } from '../support/steady-ledger.js';

const minute = 60_000;
const day = 1_440 * minute;
const start = Date.UTC(2025, 2, 1);

/** A price every 20 seconds of one day, then one every 10 minutes for two days, then one an hour. */
const dense: Ledger = {
  ...steadyLedger(1),
  prices: [
    ...Array.from({ length: 4_320 }, (_, i) => ({
      time: start + i * 20_000,
      price: String(1 + (i % 97)),
      volume: '1',
    })),
    ...Array.from({ length: 288 }, (_, i) => ({
      time: start + day + i * 10 * minute + 7,
      price: String(1 + (i % 13)),
      volume: '2',
    })),
    ...Array.from({ length: 50 }, (_, i) => ({ time: start + (72 + i) * 60 * minute, price: '5', volume: '3' })),
  ],
};
const few: Ledger = { ...steadyLedger(2), prices: [{ time: start + 3 * minute, price: '4', volume: '0' }] };

describe('Prices of windows', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let tokens: TokenSnapshot[];
  const oracles: Oracle[] = [dense, few].map(createOracle);

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    const ids = [await loadLedger(test.database, dense), await loadLedger(test.database, few)];
    tokens = await Promise.all(ids.map((id) => snapshotOf(test.database, id)));
  }, 60_000);
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const ask = (args: object, settings: Partial<Config['answers']> = {}, asked = tokens) => {
    counted.reset();
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    const answers = { ...test.config.answers, ...settings };
    const read = createReader({ database: counted.database, settings: answers, limits });
    return answersBy({ relation: priceData, tokens: asked, args, read });
  };
  const at = (time: number): string => new Date(start + time).toISOString();
  const wanted = (args: object) => oracles.map((oracle) => answerOf(oracle, 'priceData', args));

  it.each([
    { from: at(day), to: at(3 * day) },
    { from: at(day + 11 * minute), to: at(day + 45 * minute) },
    { from: at(day / 2), to: at(2 * day) },
    { from: at(day + 1) },
  ])(
    'behind a day with thousands of prices have an exact change24h, and read no list of that day: %j',
    async (args) => {
      expect(await ask(args)).toEqual(wanted(args));
      expect(counted.reads).toEqual(['aggregate tokens', 'aggregate tokenPriceData']);
      const [, ...lists] = await explainAll(
        test.database,
        counted.commands[0] ?? {},
        { id: tokens[0]?.id },
        'executionStats',
      );
      const looked = lists.map(({ examined }) => examined?.docs ?? 0);
      // The first list is the answer itself, the second all of the day before, which is cut.
      expect(Math.max(...looked.slice(1))).toBeLessThan(1_500);
      const [, command] = counted.commands;
      const variables = { id: tokens[0]?.id, oldest: new Date(-1), limit: new Date(start + day) };
      const plans = await explainAll(test.database, command ?? {}, variables, 'executionStats');
      expect(plans[1]?.examined?.keys).toBeLessThan(10);
    },
  );

  it('take one command where the day before has few prices', async () => {
    for (const args of [{ from: at(3 * day) }, { from: at(-9 * day), to: at(-8 * day) }]) {
      expect(await ask(args)).toEqual(wanted(args));
      expect(counted.reads).toEqual(['aggregate tokens']);
    }
  });

  it('are read whole where a token has more than its part of the largest answer, as long as all fit into it', async () => {
    const args = { from: at(day), to: at(2 * day - 1) };
    const rows = 144;
    expect(await ask(args, { maxRows: rows })).toEqual(wanted(args));
    await expect(ask(args, { maxRows: rows - 1 })).rejects.toMatchObject({
      code: 'QUERY_LIMIT_EXCEEDED',
      details: { limit: rows - 1, found: rows },
    });
    let cut = 0;
    for (const { pipeline } of counted.commands) {
      for (const [, limit] of JSON.stringify(pipeline).matchAll(/"timestamp":1}},{"\$limit":(\d+)/g)) {
        expect(Number(limit)).toBeLessThan(rows);
        cut += 1;
      }
    }
    expect(cut).toBeGreaterThan(0);
  });
});
