import { Double, Int32, Long } from 'bson';
import { describe, expect, it } from 'vitest';
import { startServer } from './harness.js';

describe('numbers', async () => {
  const { client } = await startServer();
  const items = client.db('x').collection<{ _id: string; [name: string]: unknown }>('items');
  await items.createIndex({ whole: 1 });
  const typesOf = async (_id: string) => (await items.find({ _id }, { promoteValues: false }).toArray())[0];
  const typed = { whole: new Double(1), long: Long.fromNumber(5), int: new Int32(2), list: [new Double(3)] };

  it('keep the type they were inserted with, and are found by their value', async () => {
    await items.insertMany([{ _id: 'plain', ...typed }]);
    await items.insertOne({ ...typed, _id: 'not plain: é', pattern: /é/ });
    expect(await typesOf('plain')).toMatchObject(typed);
    expect(await typesOf('not plain: é')).toMatchObject(typed);
    expect(await items.countDocuments({ whole: 1 })).toBe(2);
  });

  it('have the types of the document that is put in place of another', async () => {
    await items.insertOne({ _id: 'b', whole: 1, long: 5, int: new Double(2), list: [3] });
    await items.replaceOne({ _id: 'b' }, { _id: 'b', ...typed });
    expect(await typesOf('b')).toMatchObject(typed);
    await items.replaceOne({ _id: 'b' }, { _id: 'b', whole: 1, int: 2 });
    expect(await typesOf('b')).toMatchObject({ whole: new Int32(1), int: new Int32(2) });
  });
});
