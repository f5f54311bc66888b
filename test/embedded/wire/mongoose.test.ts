import mongoose, { Schema } from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { serverError, startServer } from './harness.js';

const { server } = await startServer();
const instance = new mongoose.Mongoose({ strictQuery: 'throw', autoIndex: false, autoCreate: false });
await instance.connect(server.uri, { dbName: 'product' });
afterAll(() => instance.disconnect());

const Token = instance.model(
  'Token',
  new Schema(
    { symbol: { type: String, required: true }, amounts: [String], nested: { at: Date } },
    { timestamps: true, optimisticConcurrency: true },
  ).index({ symbol: 1 }, { unique: true }),
);

describe('mongoose', () => {
  it('makes collections and indexes by an explicit step, twice', async () => {
    await Token.createCollection();
    await Token.syncIndexes();
    await Token.createCollection();
    expect(await Token.syncIndexes()).toEqual([]);
    expect((await Token.collection.indexes()).map(({ name }) => name)).toEqual(['_id_', 'symbol_1']);
  });

  it('saves, changes, finds and removes documents', async () => {
    const token = await Token.create({ symbol: 'AAA', amounts: ['1'], nested: { at: new Date(5) } });
    token.amounts.push('115792089237316195423570985008687907853269984665640564039457584007913129639935');
    await token.save();
    const found = await Token.findById(token._id).lean();
    expect(found).toMatchObject({ symbol: 'AAA', __v: 1, nested: { at: new Date(5) } });
    expect(found?.amounts).toHaveLength(2);
    expect((await serverError(Token.create({ symbol: 'AAA' }))).code).toBe(11000);
    expect(await Token.exists({ symbol: 'AAA' })).toMatchObject({ _id: token._id });
    await token.deleteOne();
    expect(await Token.countDocuments()).toBe(0);
  });

  it('walks a cursor, and writes in bulk', async () => {
    await Token.bulkWrite(
      Array.from({ length: 300 }, (_, n) => ({
        updateOne: { filter: { symbol: `T${n}` }, update: { $set: { amounts: [String(n)] } }, upsert: true },
      })),
    );
    let seen = 0;
    for await (const token of Token.find().sort({ symbol: 1 }).batchSize(50).cursor()) seen += token.amounts.length;
    expect(seen).toBe(300);
    await Token.deleteMany({});
  });

  it('runs a transaction through the connection, and nothing of a failed one stays', async () => {
    await instance.connection.transaction(async (session) => {
      await Token.create([{ symbol: 'IN' }], { session });
    });
    const failed = instance.connection.transaction(async (session) => {
      await Token.create([{ symbol: 'OUT' }], { session });
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect((await Token.find().lean()).map(({ symbol }) => symbol)).toEqual(['IN']);
  });
});
