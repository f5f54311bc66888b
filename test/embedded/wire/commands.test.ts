import mongoose from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { serverError, startServer } from './harness.js';

const { Long, MongoBulkWriteError, ObjectId } = mongoose.mongo;
const { client } = await startServer();
const db = client.db('commands');
interface Row {
  _id: number;
  k?: string;
  n?: number;
  tags?: unknown;
}
const rows = db.collection<Row>('rows');

beforeEach(async () => {
  await rows.drop();
  await rows.createIndex({ k: 1, n: -1 }, { unique: true, name: 'k_n' });
});

async function bulkError(work: Promise<unknown>) {
  const error = await serverError(work);
  if (!(error instanceof MongoBulkWriteError)) throw error;
  return error;
}

describe('writes', () => {
  it('stop at the first error when ordered, and keep what came before', async () => {
    const error = await bulkError(rows.insertMany([{ _id: 1 }, { _id: 2, k: 'x' }, { _id: 1 }, { _id: 3, k: 'y' }]));
    expect(error.result.insertedCount).toBe(2);
    expect(await rows.distinct('_id')).toEqual([1, 2]);
  });

  it('go on after errors when unordered, and name the index, pattern and values of each', async () => {
    await rows.insertOne({ _id: 1, k: 'x', n: 1 });
    const statements = [
      { _id: 2, k: 'x', n: 1 },
      { _id: 3, k: 'x', n: 2 },
      { _id: 1, k: 'z', n: 1 },
      { _id: 4, k: 'x', n: 3 },
    ];
    const reply = await db.command({ insert: 'rows', documents: statements, ordered: false });
    expect(reply.n).toBe(2);
    expect(reply.writeErrors).toMatchObject([
      { index: 0, code: 11000, keyPattern: { k: 1, n: -1 }, keyValue: { k: 'x', n: 1 } },
      { index: 2, code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } },
    ]);
    expect(await rows.distinct('_id')).toEqual([1, 3, 4]);
  });

  it('count matches, changes and upserts', async () => {
    const result = await rows.bulkWrite([
      { updateOne: { filter: { _id: 1 }, update: { $set: { n: 1 } }, upsert: true } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { n: 1 } } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { n: 2 } } } },
      { updateOne: { filter: { _id: 9 }, update: { $set: { n: 2 } } } },
      { replaceOne: { filter: { _id: 2 }, replacement: { k: 'new' }, upsert: true } },
      { updateOne: { filter: { _id: 1 }, update: [{ $set: { n: { $add: ['$n', 5] } } }] } },
    ]);
    expect(result).toMatchObject({ matchedCount: 3, modifiedCount: 2, upsertedCount: 2, upsertedIds: { 0: 1, 4: 2 } });
    expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, n: 7 },
      { _id: 2, k: 'new' },
    ]);
    expect(await rows.deleteMany({ _id: { $gte: 1 } })).toMatchObject({ deletedCount: 2 });
  });

  it('change one document with findAndModify and answer it before or after', async () => {
    await rows.insertOne({ _id: 1, k: 'x', n: 1 });
    const change = { $inc: { n: 1 } };
    expect(await rows.findOneAndUpdate({ _id: 1 }, change)).toEqual({ _id: 1, k: 'x', n: 1 });
    expect(await rows.findOneAndUpdate({ _id: 1 }, change, { returnDocument: 'after' })).toMatchObject({ n: 3 });
    expect(await rows.findOneAndUpdate({ _id: 7 }, change)).toBeNull();
    expect(await rows.findOneAndUpdate({ _id: 7 }, change, { upsert: true })).toBeNull();
    expect(
      await db.command({ findAndModify: 'rows', query: { _id: 8, k: 'y' }, update: change, upsert: true, new: true }),
    ).toMatchObject({
      value: { _id: 8, k: 'y', n: 1 },
      lastErrorObject: { n: 1, updatedExisting: false, upserted: 8 },
    });
    expect(await rows.findOneAndDelete({}, { sort: { _id: -1 }, projection: { n: 1, _id: 0 } })).toEqual({ n: 1 });
    expect(await rows.distinct('_id')).toEqual([1, 7]);
  });

  it('are refused with a code when their statements make no sense', async () => {
    const code = async (command: object) => (await serverError(db.command(command))).code;
    expect(await code({ update: 'rows', updates: [{ q: {}, u: { $set: { n: 1 } }, x: 1 }] })).toBe(40415);
    expect(
      await code({ update: 'rows', updates: [{ q: {}, u: { $set: { n: 1 } }, collation: { locale: 'de' } }] }),
    ).toBe(238);
    expect(await code({ update: 'rows', updates: [] })).toBe(16);
    expect(await code({ insert: 'rows', documents: 7 })).toBe(14);
    expect(await code({ insert: 'rows' })).toBe(40415);
    expect(await code({ insert: '', documents: [{}] })).toBe(73);
    expect(await code({ insert: 'a$b', documents: [{}] })).toBe(73);
    const multi = await db.command({ update: 'rows', updates: [{ q: {}, u: { n: 1 }, multi: true }] });
    expect(multi.writeErrors).toMatchObject([{ index: 0, code: 9 }]);
    const limit = await db.command({ delete: 'rows', deletes: [{ q: {}, limit: 2 }] });
    expect(limit.writeErrors).toMatchObject([{ index: 0, code: 9 }]);
  });

  it('say when a write concern asks for nodes that are not there, having written', async () => {
    const work = db.command({ insert: 'rows', documents: [{ _id: 1 }], writeConcern: { w: 3 } });
    await expect(work).rejects.toMatchObject({ code: 100, name: 'MongoWriteConcernError' });
    expect(await rows.countDocuments()).toBe(1);
  });
});

describe('cursors', () => {
  beforeEach(async () => {
    await rows.insertMany(Array.from({ length: 250 }, (_, n) => ({ _id: n, k: `k${n}`, n })));
  });

  it('give 101 documents first, then the rest, from the moment they were opened', async () => {
    const cursor = rows.find().sort({ _id: 1 });
    expect(await cursor.next()).toMatchObject({ _id: 0 });
    expect(cursor.bufferedCount()).toBe(100);
    await rows.deleteMany({ _id: { $gte: 200 } });
    const rest = await cursor.toArray();
    expect(rest).toHaveLength(249);
    expect(rest.at(-1)).toMatchObject({ _id: 249 });
  });

  it('follow batchSize, limit and skip', async () => {
    const sizes: number[] = [];
    const note = (event: { reply: { cursor?: { firstBatch?: unknown[]; nextBatch?: unknown[] } } }) => {
      const batch = event.reply.cursor?.firstBatch ?? event.reply.cursor?.nextBatch;
      if (batch !== undefined) sizes.push(batch.length);
    };
    client.on('commandSucceeded', note);
    const found = await rows.find().sort({ _id: 1 }).skip(5).limit(25).batchSize(10).toArray();
    client.off('commandSucceeded', note);
    expect(sizes).toEqual([10, 10, 5]);
    expect(found.map((row) => row._id)).toEqual(Array.from({ length: 25 }, (_, n) => n + 5));
  });

  it('end a batch at 16 MB', async () => {
    const big = db.collection<{ _id: number; text: string }>('big');
    const text = 'x'.repeat(5 * 1024 * 1024);
    for (let n = 0; n < 7; n += 1) await big.insertOne({ _id: n, text });
    const reply = await db.command({ find: 'big', batchSize: 100 });
    expect(reply.cursor.firstBatch).toHaveLength(3);
    const next = await db.command({ getMore: reply.cursor.id, collection: 'big' });
    expect(next.cursor.nextBatch).toHaveLength(3);
    expect(await big.find().toArray()).toHaveLength(7);
    await big.drop();
  });

  it('are gone after killCursors', async () => {
    const { cursor } = await db.command({ find: 'rows', batchSize: 1 });
    expect(cursor.id.toString()).not.toBe('0');
    const killed = await db.command({ killCursors: 'rows', cursors: [cursor.id] });
    expect(killed.cursorsKilled.map(String)).toEqual([cursor.id.toString()]);
    const error = await serverError(db.command({ getMore: cursor.id, collection: 'rows' }));
    expect(error.code).toBe(43);
  });

  it('hold at most 256 snapshots, however many clients forgot theirs', async () => {
    const forgotten: unknown[] = [];
    for (let n = 0; n < 600; n += 1) forgotten.push((await db.command({ find: 'rows', batchSize: 1 })).cursor.id);
    await rows.deleteMany({ _id: { $lt: 100 } });
    const { metrics } = await db.admin().serverStatus();
    expect(metrics.cursor.open.pinned).toBeLessThanOrEqual(256);
    const late = await db.command({ getMore: forgotten[0], collection: 'rows' });
    expect(late.cursor.nextBatch).toHaveLength(249);
    expect(await rows.countDocuments()).toBe(150);
  });

  it('stop when their time is over', async () => {
    const product = [{ $match: {} }, { $lookup: { from: 'rows', pipeline: [], as: 'all' } }];
    const error = await serverError(rows.aggregate(product, { maxTimeMS: 1 }).toArray());
    expect(error.code).toBe(50);
  });
});

describe('questions', () => {
  beforeEach(async () => {
    await rows.insertMany([
      { _id: 1, k: 'a', n: 1, tags: ['x', 'y'] },
      { _id: 2, k: 'b', n: 2, tags: ['y', { deep: [1, 2] }] },
      { _id: 3, k: 'c', n: 2, tags: 'z' },
    ]);
  });

  it('count and list different values', async () => {
    expect(await rows.estimatedDocumentCount()).toBe(3);
    expect(await rows.countDocuments({ n: 2 })).toBe(2);
    expect((await db.command({ count: 'rows', query: { n: 2 }, skip: 1 })).n).toBe(1);
    expect((await db.command({ count: 'rows', limit: 2 })).n).toBe(2);
    expect(await rows.distinct('n')).toEqual([1, 2]);
    expect(await rows.distinct('tags', { _id: { $ne: 2 } })).toEqual(['x', 'y', 'z']);
    expect(await rows.distinct('tags.deep')).toEqual([1, 2]);
    const [id, at] = [new ObjectId(), new Date(5)];
    const mixed = [id, new ObjectId(id.id), at, new Date(5), 1, new Long(1), '1', true, true, null];
    await db.command({ insert: 'rows', documents: [{ _id: 4, k: 'd', tags: mixed }] });
    expect(await rows.distinct('tags', { _id: 4 })).toEqual([null, 1, '1', id, true, at]);
  });

  it('run pipelines through a cursor', async () => {
    const groups = await rows
      .aggregate([{ $group: { _id: '$n', count: { $sum: 1 } } }, { $sort: { _id: 1 } }], { batchSize: 1 })
      .toArray();
    expect(groups).toEqual([
      { _id: 1, count: 1 },
      { _id: 2, count: 2 },
    ]);
  });

  it('explain which index serves a find, a count, a pipeline, an update and a delete', async () => {
    const indexed = await rows.find({ k: 'b' }).explain('executionStats');
    expect(indexed.queryPlanner.winningPlan).toMatchObject({
      stage: 'FETCH',
      inputStage: { stage: 'IXSCAN', indexName: 'k_n', keyPattern: { k: 1, n: -1 } },
    });
    expect(indexed.executionStats).toMatchObject({ nReturned: 1, totalKeysExamined: 1, totalDocsExamined: 1 });
    const scanned = await rows.find({ tags: 'z' }).sort({ n: 1 }).explain('executionStats');
    expect(scanned.queryPlanner.winningPlan).toMatchObject({ stage: 'SORT', inputStage: { stage: 'COLLSCAN' } });
    expect(scanned.executionStats.totalDocsExamined).toBe(3);
    const stages = async (command: object) =>
      JSON.stringify(await db.command({ explain: command, verbosity: 'executionStats' }));
    expect(await stages({ count: 'rows', query: { k: 'a' } })).toContain('"k_n"');
    expect(await stages({ aggregate: 'rows', pipeline: [{ $match: { k: 'a' } }], cursor: {} })).toContain('"k_n"');
    expect(await stages({ update: 'rows', updates: [{ q: { k: 'a' }, u: { $set: { n: 5 } } }] })).toContain('"UPDATE"');
    expect(await stages({ delete: 'rows', deletes: [{ q: { k: 'a' }, limit: 0 }] })).toContain('"DELETE"');
    expect(await rows.countDocuments({ k: 'a', n: 1 })).toBe(1);
  });

  it('are refused with a code when they ask for what is not served', async () => {
    const code = async (command: object) => (await serverError(db.command(command))).code;
    expect(await code({ find: 'rows', collation: { locale: 'de' } })).toBe(238);
    expect(await code({ find: 'rows', nonsense: 1 })).toBe(40415);
    expect(await code({ find: 'rows', filter: 7 })).toBe(14);
    expect(await code({ find: 'rows', limit: -1 })).toBe(2);
    expect(await code({ find: 'rows', hint: 'missing' })).toBe(2);
    expect(await code({ find: 'rows', tailable: true })).toBe(238);
    expect(await code({ find: 'rows', readConcern: { level: 'snapshot' } })).toBe(246);
    expect(await code({ aggregate: 'rows', pipeline: [{ $changeStream: {} }], cursor: {} })).toBe(40573);
    expect(await code({ aggregate: 'rows', pipeline: [{ $nonsense: {} }], cursor: {} })).toBe(40324);
    expect(await code({ aggregate: 'rows', pipeline: [{ $out: 'x' }], cursor: {} })).toBe(238);
    expect(await code({ aggregate: 'rows', pipeline: [] })).toBe(9);
    expect(await code({ atlasVersion: 1 })).toBe(59);
    expect((await db.command({ find: 'rows', collation: { locale: 'simple' } })).cursor.firstBatch).toHaveLength(3);
  });
});

describe('catalog', () => {
  it('lists collections and indexes, and drops them', async () => {
    await rows.insertOne({ _id: 1 });
    await db.createCollection('other');
    await db.createCollection('other');
    expect((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()).toEqual([
      'other',
      'rows',
    ]);
    expect(await db.listCollections({ name: 'other' }).toArray()).toMatchObject([
      { name: 'other', type: 'collection' },
    ]);
    expect(await rows.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { k: 1, n: -1 }, name: 'k_n', unique: true },
    ]);
    expect((await db.admin().listDatabases()).databases).toMatchObject([{ name: 'commands', empty: false }]);
    await rows.dropIndex('k_n');
    expect(await rows.indexes()).toHaveLength(1);
    expect((await serverError(rows.dropIndex('k_n'))).code).toBe(27);
    expect((await serverError(rows.dropIndex('_id_'))).code).toBe(72);
    await db.dropCollection('other');
    await db.dropDatabase();
    expect(await db.listCollections().toArray()).toEqual([]);
    expect((await serverError(rows.indexes())).code).toBe(26);
  });

  it('makes indexes once, and refuses kinds and options it does not serve', async () => {
    const made = await db.command({ createIndexes: 'rows', indexes: [{ key: { n: 1 }, name: 'n_1' }] });
    expect(made).toMatchObject({ numIndexesBefore: 2, numIndexesAfter: 3, createdCollectionAutomatically: false });
    const again = await db.command({ createIndexes: 'rows', indexes: [{ key: { n: 1 }, name: 'n_1' }] });
    expect(again).toMatchObject({ numIndexesBefore: 3, numIndexesAfter: 3 });
    const code = async (index: object) =>
      (await serverError(db.command({ createIndexes: 'rows', indexes: [index] }))).code;
    expect(await code({ key: { n: 1 }, name: 'other' })).toBe(85);
    expect(await code({ key: { n: -1 }, name: 'n_1' })).toBe(86);
    expect(await code({ key: { n: 'text' }, name: 't' })).toBe(67);
    expect(await code({ key: { n: 1, k: 1 }, name: 't', sparse: true })).toBe(67);
    expect(await code({ key: { n: 1 }, name: 't', expireAfterSeconds: 5 })).toBe(67);
    expect(await code({ key: { n: 1 } })).toBe(9);
  });

  it('answers what shells and dashboards ask first', async () => {
    const admin = client.db('admin');
    for (const command of [
      { hello: 1 },
      { ping: 1 },
      { buildInfo: 1 },
      { getCmdLineOpts: 1 },
      { getLog: 'startupWarnings' },
      { hostInfo: 1 },
      { connectionStatus: 1, showPrivileges: true },
      { getParameter: 1, featureCompatibilityVersion: 1 },
      { serverStatus: 1 },
      { listDatabases: 1, nameOnly: true },
    ]) {
      expect(await admin.command(command)).toMatchObject({ ok: 1 });
    }
    await rows.insertOne({ _id: 1 });
    expect(await db.command({ collStats: 'rows' })).toMatchObject({ ok: 1, count: 1, nindexes: 2 });
    expect(await db.stats()).toMatchObject({ ok: 1, collections: 1, objects: 1 });
  });
});
