import { describe, expect, it } from 'vitest';
import { findAll, index, insertAll, openTestStorage } from './harness.js';

const ns = 'test.rows';

describe('indexes', () => {
  it('are made over the documents that are there, and used at once', async () => {
    const storage = await openTestStorage();
    await insertAll(
      storage,
      ns,
      [3, 1, 2].map((n) => ({ _id: n, n })),
    );
    expect(await storage.createIndexes(ns, [index({ n: -1 })])).toEqual({ before: 1, after: 2, created: false });
    const reader = storage.begin({ multi: false });
    const found = reader.find({ ns, sort: { n: 1 } });
    expect([...found].map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(found.plan).toMatchObject({ stage: 'IXSCAN', indexName: 'n_-1', blockingSort: false });
    reader.abort();
  });

  it('change nothing when they are there already, and conflict when they differ', async () => {
    const storage = await openTestStorage();
    expect(await storage.createIndexes(ns, [index({ n: 1 })])).toEqual({ before: 1, after: 2, created: true });
    expect(await storage.createIndexes(ns, [index({ n: 1 }), index({ _id: 1 })])).toEqual({
      before: 2,
      after: 2,
      created: false,
    });
    const code = (specs: ReturnType<typeof index>) => storage.createIndexes(ns, [specs]).catch((error) => error.code);
    expect(await code(index({ n: 1 }, { name: 'other' }))).toBe(85);
    expect(await code(index({ n: 1 }, { unique: true }))).toBe(86);
    expect(await code(index({ m: 1 }, { name: 'n_1' }))).toBe(86);
    expect(storage.indexes(ns)?.map(({ name }) => name)).toEqual(['_id_', 'n_1']);
  });

  it('are refused whole over documents that are not unique or hold arrays', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ n: 1 }, { n: 1 }, { tags: ['a'] }]);
    const unique = storage.createIndexes(ns, [index({ m: 1 }), index({ n: 1 }, { unique: true })]);
    await expect(unique).rejects.toMatchObject({ code: 11000, details: { keyPattern: { n: 1 }, keyValue: { n: 1 } } });
    await expect(storage.createIndexes(ns, [index({ tags: 1 })])).rejects.toMatchObject({ code: 67 });
    await expect(storage.createIndexes(ns, [index({ 'tags.name': 1 })])).rejects.toMatchObject({ code: 67 });
    expect(storage.indexes(ns)).toHaveLength(1);
    await insertAll(storage, ns, [{ n: 1 }]);
  });

  it('are dropped by name or all at once, and an unknown one is an error', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ a: 1 }), index({ b: 1 }), index({ c: 1 }, { unique: true })]);
    await insertAll(storage, ns, [{ a: 1, c: 1 }]);
    await expect(storage.dropIndexes(ns, ['nothing'])).rejects.toMatchObject({ code: 27 });
    await expect(storage.dropIndexes(ns, ['_id_'])).rejects.toMatchObject({ code: 72 });
    await expect(storage.dropIndexes('test.nowhere', '*')).rejects.toMatchObject({ code: 26 });
    expect(await storage.dropIndexes(ns, ['c_1'])).toBe(4);
    await insertAll(storage, ns, [{ a: 2, c: 1 }]);
    expect(await storage.dropIndexes(ns, '*')).toBe(3);
    expect(storage.indexes(ns)).toHaveLength(1);
    expect(findAll(storage, { ns, filter: { a: 2 } })).toHaveLength(1);
  });
});

describe('collections', () => {
  it('are made by name or by the first insert, listed by database, and dropped with all they hold', async () => {
    const storage = await openTestStorage();
    expect(await storage.createCollection('one.a')).toBe(true);
    expect(await storage.createCollection('one.a')).toBe(false);
    await insertAll(storage, 'one.b', [{ _id: 1 }]);
    await insertAll(storage, 'two.é', [{ _id: 1 }]);
    expect(storage.databases()).toEqual(['one', 'two']);
    expect(storage.collections('one')).toEqual(['a', 'b']);
    expect(storage.collections('two')).toEqual(['é']);
    expect(await storage.drop('one.b')).toBe(true);
    expect(await storage.drop('one.b')).toBe(false);
    await insertAll(storage, 'one.b', [{ _id: 2 }]);
    expect(findAll(storage, { ns: 'one.b' })).toEqual([{ _id: 2 }]);
    await storage.dropDatabase('one');
    expect(storage.databases()).toEqual(['two']);
    expect(storage.stats('one.b')).toEqual({ count: 0, size: 0, storageSize: 0 });
  });

  it('count documents and bytes as they come, change and go', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ _id: 1 }, { _id: 2 }]);
    const { size } = storage.stats(ns);
    expect(size).toBe(2 * 14);
    await storage.run((statement) =>
      statement.update({ ns, filter: { _id: 1 }, update: { $set: { n: 1 } }, multi: false, upsert: false }),
    );
    expect(storage.stats(ns)).toMatchObject({ count: 2, size: size + 7 });
    await storage.run((statement) => statement.delete({ ns, filter: {}, limit: 0 }));
    expect(storage.stats(ns)).toMatchObject({ count: 0, size: 0 });
  });
});
