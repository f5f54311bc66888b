import { describe, expect, it } from 'vitest';
import { findAll, index, insertAll, openTestStorage } from './harness.js';

const ns = 'test.rows';

describe('uniqueness', () => {
  it('holds for stored documents, inside one transaction, and tells key and value', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ a: 1, b: -1 }, { unique: true })]);
    await insertAll(storage, ns, [{ _id: 1, a: 1, b: 'x' }]);
    const transaction = storage.begin({ multi: true });
    const expected = { code: 11000, details: { keyPattern: { a: 1, b: -1 }, keyValue: { a: 1, b: 'x' } } };
    expect(() => transaction.insert(ns, { _id: 2, a: 1, b: 'x' })).toThrow(expect.objectContaining(expected));
    transaction.insert(ns, { _id: 3, a: 2 });
    const missing = { code: 11000, details: { keyPattern: { a: 1, b: -1 }, keyValue: { a: 2, b: null } } };
    expect(() => transaction.insert(ns, { _id: 4, a: 2, b: null })).toThrow(expect.objectContaining(missing));
    expect(() => transaction.insert(ns, { _id: 1 })).toThrow(
      expect.objectContaining({ code: 11000, message: expect.stringContaining('_id_') }),
    );
    transaction.abort();
  });

  it('lets a value move from one document to another inside a transaction', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ a: 1 }, { unique: true })]);
    await insertAll(storage, ns, [{ _id: 1, a: 1 }]);
    await storage.run((statement) => {
      statement.delete({ ns, filter: { a: 1 }, limit: 1 });
      statement.insert(ns, { _id: 2, a: 1 });
    });
    expect(findAll(storage, { ns, filter: { a: 1 } })).toEqual([{ _id: 2, a: 1 }]);
    expect(storage.stats(ns).count).toBe(1);
  });

  it('makes one document of many upserts at once', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ a: 1 }, { unique: true })]);
    const upsert = { ns, filter: { a: 1 }, update: { $inc: { n: 1 } }, multi: false, upsert: true };
    const results = await Promise.all(
      Array.from({ length: 20 }, () => storage.run((statement) => statement.update(upsert))),
    );
    expect(results.filter(({ upsertedId }) => upsertedId !== undefined)).toHaveLength(1);
    expect(findAll(storage, { ns, filter: { a: 1 } })).toMatchObject([{ a: 1, n: 20 }]);
  });

  it('is found for values too long for a key', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ a: 1 }, { unique: true })]);
    const long = 'x'.repeat(10_000);
    await insertAll(storage, ns, [{ a: `${long}1` }, { a: `${long}2` }]);
    await expect(insertAll(storage, ns, [{ a: `${long}2` }])).rejects.toMatchObject({ code: 11000 });
    expect(findAll(storage, { ns, filter: { a: `${long}1` } })).toHaveLength(1);
  });
});
