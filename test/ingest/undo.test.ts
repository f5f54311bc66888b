import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/ingest/batch.js';
import { tokenCollections } from '../../src/models/models.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { longLedger, playForks, randomSteps } from '../support/forked-chain.js';
import { auditAll, createIngest, dumpOf, wallet } from './support.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

/** Everything about the one token there is, so that two dumps differ in nothing but its data. */
async function loadInto(batches: ReadonlyArray<Omit<Batch, 'tokenId'> & { writer?: number }>, token: object) {
  const { models } = test.database;
  for (const name of ['tokens', 'metadata', ...tokenCollections] as const) {
    if (name !== 'metadata') await models[name].collection.deleteMany({});
  }
  // One of them undoes a few rows at a time.
  const writers = [createIngest(test.database), createIngest(test.database, { mostUndoneRows: 4 })];
  const made = { name: 'Forked', symbol: 'FORK', contractAddress: wallet(0xf0), ...token };
  const { _id: tokenId } = await (writers[0] as (typeof writers)[0]).service.createToken(made);
  for (const { writer = 0, ...batch } of batches) await writers[writer]?.pipeline.commit({ ...batch, tokenId });
  expect(await auditAll(test.database)).toEqual([]);
  return dumpOf(test.database);
}

describe('a rewind', () => {
  it('leaves what a database holds that never saw the undone rows, whatever they were and whoever wrote them', async () => {
    const seed = Number(process.env.UNDO_SEED ?? randomInt(2 ** 31));
    console.info(`UNDO_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(longLedger, randomSteps, async (ledger, steps) => {
        const { batches, straight } = playForks(ledger, steps);
        const { decimals, paymentRule } = ledger;
        const rewound = await loadInto(batches, { decimals, paymentRule });
        expect(rewound).toEqual(await loadInto([straight], { decimals, paymentRule }));
      }),
      {
        seed,
        numRuns: Number(process.env.UNDO_RUNS ?? 25),
        interruptAfterTimeLimit: Number(process.env.UNDO_LIMIT_MS ?? 120_000),
      },
    );
  }, 240_000);
});
