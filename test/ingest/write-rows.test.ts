import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowOf, unseen } from '../../src/ingest/holder-book.js';
import { collectionOf, inTransaction } from '../../src/ingest/transaction.js';
import { insertRows, replaceRows } from '../../src/ingest/write-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { wallet } from './support.js';

describe('rows written as plain commands', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  const holder = (tokenId: string, n: number, balance = 1n) => rowOf(tokenId, { ...unseen(wallet(n)), balance });
  const stored = (tokenId: string) => collectionOf(test.database, 'holders').find({ tokenId }).toArray();

  it('are all there, however many commands they take, and are replaced by their _id', async () => {
    const rows = Array.from({ length: 10_001 }, (_, n) => holder('many', n + 1));
    const moved = [holder('many', 1, 5n), holder('many', 10_001, 7n)];
    await inTransaction(test.database, async (unit) => {
      await insertRows(unit, 'holders', rows);
      await replaceRows(unit, 'holders', moved);
    });
    const found = new Map((await stored('many')).map((row) => [row._id, row]));
    expect(found.size).toBe(10_001);
    for (const row of moved) expect(found.get(row._id)).toEqual(row);
    expect(found.get(rows[1]?._id ?? '')).toEqual(rows[1]);
  });

  it('are none at all when one of them is there already, which is an error with the code of the server', async () => {
    await inTransaction(test.database, (unit) => insertRows(unit, 'holders', [holder('one', 1)]));
    const again = inTransaction(test.database, (unit) =>
      insertRows(
        unit,
        'holders',
        [2, 1].map((n) => holder('one', n)),
      ),
    );
    await expect(again).rejects.toMatchObject({ name: 'MongoServerError', code: 11000 });
    expect(await stored('one')).toEqual([holder('one', 1)]);
  });

  it('start the transaction again when another writer is faster', async () => {
    await inTransaction(test.database, (unit) => insertRows(unit, 'holders', [holder('race', 1)]));
    let attempts = 0;
    await inTransaction(test.database, async (unit) => {
      attempts += 1;
      await unit.collection('holders').findOne({ _id: 'any' }, { session: unit.session });
      if (attempts === 1) {
        await inTransaction(test.database, (other) => replaceRows(other, 'holders', [holder('race', 1, 3n)]));
      }
      await replaceRows(unit, 'holders', [holder('race', 1, 4n)]);
    });
    expect(attempts).toBe(2);
    expect(await stored('race')).toEqual([holder('race', 1, 4n)]);
  });
});
