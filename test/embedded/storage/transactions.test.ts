import { describe, expect, it } from 'vitest';
import type { MongoError } from '../../../src/embedded/errors.js';
import { findAll, index, insertAll, openTestStorage } from './harness.js';

const ns = 'test.rows';

describe('a transaction', () => {
  it('sees its own writes in order with the stored ones, and nobody else sees them before commit', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ n: 1 })]);
    await insertAll(
      storage,
      ns,
      [1, 3, 5, 7].map((n) => ({ _id: n, n })),
    );
    const transaction = storage.begin({ multi: true });
    transaction.insert(ns, { _id: 4, n: 4 });
    transaction.update({ ns, filter: { _id: 5 }, update: { $set: { n: 2 } }, multi: false, upsert: false });
    transaction.delete({ ns, filter: { n: 1 }, limit: 1 });
    const inside = [...transaction.find({ ns, sort: { n: -1 } })].map(({ n }) => n);
    expect(inside).toEqual([7, 4, 3, 2]);
    expect(transaction.count({ ns, filter: { n: { $lt: 5 } } })).toBe(3);
    expect(transaction.count({ ns })).toBe(4);
    expect(findAll(storage, { ns, sort: { n: 1 } }).map(({ n }) => n)).toEqual([1, 3, 5, 7]);
    await transaction.commit();
    expect(findAll(storage, { ns, sort: { n: 1 } }).map(({ n }) => n)).toEqual([2, 3, 4, 7]);
    expect(storage.stats(ns).count).toBe(4);
  });

  it('repeats its reads whatever others commit', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    const reader = storage.begin({ multi: true });
    expect(reader.count({ ns })).toBe(1);
    await insertAll(storage, ns, [{ _id: 2, n: 2 }]);
    await storage.run((other) =>
      other.update({ ns, filter: { _id: 1 }, update: { $set: { n: 9 } }, multi: false, upsert: false }),
    );
    expect([...reader.find({ ns })]).toEqual([{ _id: 1, n: 1 }]);
    reader.abort();
    expect(findAll(storage, { ns })).toHaveLength(2);
  });

  it('leaves nothing behind when it aborts: no document, no index key, no collection, no lock', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ n: 1 }, { unique: true })]);
    const transaction = storage.begin({ multi: true });
    transaction.insert(ns, { _id: 1, n: 1 });
    transaction.insert('test.other', { _id: 1 });
    transaction.abort();
    expect(storage.collections('test')).toEqual(['rows']);
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    expect(findAll(storage, { ns, filter: { n: 1 } })).toHaveLength(1);
    expect(storage.stats(ns).count).toBe(1);
  });

  it('refuses at once what another one has written: 112 with the label that makes drivers try again', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    const increment = { ns, filter: { _id: 1 }, update: { $inc: { n: 1 } }, multi: false, upsert: false };
    const [first, second] = [storage.begin({ multi: true }), storage.begin({ multi: true })];
    first.update(increment);
    expect(() => second.update(increment)).toThrow(expect.objectContaining(conflict));
    second.abort();
    await first.commit();
    expect(findAll(storage, { ns })).toEqual([{ _id: 1, n: 2 }]);
  });

  it('refuses to write what has been committed since its snapshot', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ n: 1 }, { unique: true })]);
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    const late = storage.begin({ multi: true });
    await storage.run((other) =>
      other.update({ ns, filter: { _id: 1 }, update: { $inc: { m: 1 } }, multi: false, upsert: false }),
    );
    await insertAll(storage, ns, [{ _id: 2, n: 2 }]);
    expect(() => late.delete({ ns, filter: { _id: 1 }, limit: 1 })).toThrow(expect.objectContaining(conflict));
    expect(() => late.insert(ns, { _id: 2 })).toThrow(expect.objectContaining(conflict));
    expect(() => late.insert(ns, { _id: 3, n: 2 })).toThrow(expect.objectContaining(conflict));
    late.abort();
  });

  it('fails at commit when a new index did not see its documents', async () => {
    const storage = await openTestStorage();
    await storage.createCollection(ns);
    const transaction = storage.begin({ multi: true });
    transaction.insert(ns, { _id: 1, n: 1 });
    await storage.createIndexes(ns, [index({ n: 1 })]);
    await expect(transaction.commit()).rejects.toMatchObject(conflict);
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    expect(findAll(storage, { ns, filter: { n: 1 } })).toHaveLength(1);
  });

  it('ends its reads with an error, never with a short answer, when it is aborted under them', async () => {
    const storage = await openTestStorage();
    await insertAll(
      storage,
      ns,
      Array.from({ length: 500 }, (_, _id) => ({ _id })),
    );
    const transaction = storage.begin({ multi: true });
    const reading = transaction.find({ ns })[Symbol.iterator]();
    expect(reading.next().value).toEqual({ _id: 0 });
    transaction.abort();
    expect(() => reading.next()).toThrow(/has ended/);
    expect(() => transaction.find({ ns })[Symbol.iterator]().next()).toThrow(/has ended/);
  });
});

describe('a single statement', () => {
  it('waits for the transaction that holds its document, and then works on what that one left', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ _id: 1, n: 1 }]);
    const increment = { ns, filter: { _id: 1 }, update: { $inc: { n: 1 } }, multi: false, upsert: false };
    const transaction = storage.begin({ multi: true });
    transaction.update(increment);
    let tries = 0;
    const waiting = storage.run((statement) => {
      tries++;
      return statement.update(increment);
    });
    await storage.run((other) => other.insert(ns, { _id: 2 }));
    expect(tries).toBe(1);
    await transaction.commit();
    expect(await waiting).toMatchObject({ matched: 1, modified: 1 });
    expect(tries).toBe(2);
    expect(findAll(storage, { ns, filter: { _id: 1 } })).toEqual([{ _id: 1, n: 3 }]);
  });

  it('is run again even when it took the conflict for an answer', async () => {
    const storage = await openTestStorage();
    await insertAll(storage, ns, [{ _id: 1 }]);
    const transaction = storage.begin({ multi: true });
    transaction.delete({ ns, filter: { _id: 1 }, limit: 1 });
    const waiting = storage.run((statement) => {
      try {
        statement.insert(ns, { _id: 1 });
        return 'inserted';
      } catch (error) {
        return (error as MongoError).codeName;
      }
    });
    await transaction.commit();
    expect(await waiting).toBe('inserted');
  });

  it('adds up when a hundred run at once on one document', async () => {
    const storage = await openTestStorage();
    const increment = { ns, filter: { _id: 1 }, update: { $inc: { n: 1 } }, multi: false, upsert: true };
    await Promise.all(Array.from({ length: 100 }, () => storage.run((statement) => statement.update(increment))));
    expect(findAll(storage, { ns })).toEqual([{ _id: 1, n: 100 }]);
  });

  it('keeps the statements before a failing one of the same command', async () => {
    const storage = await openTestStorage();
    await storage.createIndexes(ns, [index({ n: 1 }, { unique: true }), index({ m: 1 })]);
    await storage.run((statement) => {
      statement.insert(ns, { _id: 1, n: 1, m: 1 });
      expect(() => statement.insert(ns, { _id: 2, n: 1, m: 2 })).toThrow(/E11000/);
      expect(() => statement.insert(ns, { _id: 3, n: 3, m: [1] })).toThrow(/Index m_1, field m/);
    });
    expect(findAll(storage, { ns })).toEqual([{ _id: 1, n: 1, m: 1 }]);
    expect(findAll(storage, { ns, filter: { m: 2 } })).toEqual([]);
  });
});

describe('commits of one turn', () => {
  it('are joined into one write of the disk', async () => {
    const storage = await openTestStorage();
    await storage.createCollection(ns);
    const before = storage.diskWrites;
    await Promise.all(
      Array.from({ length: 50 }, (_, _id) => storage.run((statement) => statement.insert(ns, { _id }))),
    );
    expect(storage.diskWrites - before).toBe(1);
    expect(storage.stats(ns).count).toBe(50);
  });
});

const conflict = { code: 112, labels: ['TransientTransactionError'] };
