import { describe, expect, it } from 'vitest';
import { serverError, startServer } from './harness.js';

interface Item {
  _id: string;
  code: string;
  [name: string]: unknown;
}

describe('a whole document put in place of another by its _id', async () => {
  const { client } = await startServer();
  const items = client.db('x').collection<Item>('items');
  await items.createIndex({ code: 1 }, { unique: true });
  await items.createIndex({ size: 1 });
  const put = (row: Item) => items.replaceOne({ _id: row._id }, row);

  it('has its own fields in their order, _id first', async () => {
    await items.insertMany([{ _id: 'a', code: 'a', size: 5, gone: true }]);
    await put({ size: 1, code: 'a', n: 2, _id: 'a' });
    expect(Object.entries((await items.findOne({ _id: 'a' })) ?? {})).toEqual([
      ['_id', 'a'],
      ['size', 1],
      ['code', 'a'],
      ['n', 2],
    ]);
  });

  it('moves its index entries and no others', async () => {
    await items.insertMany([
      { _id: 'b', code: 'b', size: 10 },
      { _id: 'c', code: 'c', size: 10 },
    ]);
    await put({ _id: 'b', code: 'b2', size: 20 });
    expect(
      await items
        .find({ size: 10 })
        .hint({ size: 1 })
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual(['c']);
    expect(await items.findOne({ code: 'b2' })).toEqual({ _id: 'b', code: 'b2', size: 20 });
    expect(await items.findOne({ code: 'b' })).toBeNull();
  });

  it('counts as matched alone when it is the same, and as neither when there is none', async () => {
    await items.insertOne({ _id: 'd', code: 'd' });
    expect(await put({ _id: 'd', code: 'd' })).toMatchObject({ matchedCount: 1, modifiedCount: 0 });
    expect(await put({ _id: 'none', code: 'none' })).toMatchObject({ matchedCount: 0, modifiedCount: 0 });
    const upsert = await items.replaceOne({ _id: 'e' }, { _id: 'e', code: 'e' }, { upsert: true });
    expect(upsert).toMatchObject({ matchedCount: 0, upsertedId: 'e' });
  });

  it('is left out where the rest of the filter does not match, and refused where a unique key is taken', async () => {
    await items.insertMany([
      { _id: 'f', code: 'f' },
      { _id: 'g', code: 'g' },
    ]);
    expect(await items.replaceOne({ _id: 'f', code: 'other' }, { _id: 'f', code: 'x' })).toMatchObject({
      matchedCount: 0,
    });
    expect((await serverError(put({ _id: 'f', code: 'g' }))).code).toBe(11000);
    expect((await serverError(items.replaceOne({ _id: 'f' }, { _id: 'g', code: 'h' }))).code).toBe(66);
    expect(await items.findOne({ _id: 'f' })).toEqual({ _id: 'f', code: 'f' });
  });

  it('is seen inside its transaction alone until that commits, and goes with it when it aborts', async () => {
    await items.insertOne({ _id: 'h', code: 'h', n: 1 });
    for (const [end, n] of [
      ['abort', 1],
      ['commit', 2],
    ] as const) {
      const session = client.startSession();
      session.startTransaction();
      await items.bulkWrite([{ replaceOne: { filter: { _id: 'h' }, replacement: { code: 'h', n: 2, _id: 'h' } } }], {
        session,
      });
      expect(await items.findOne({ _id: 'h' }, { session })).toMatchObject({ n: 2 });
      expect(await items.findOne({ _id: 'h' })).toMatchObject({ n: 1 });
      if (end === 'abort') await session.abortTransaction();
      else await session.commitTransaction();
      await session.endSession();
      expect(await items.findOne({ _id: 'h' })).toMatchObject({ n });
    }
  });
});
