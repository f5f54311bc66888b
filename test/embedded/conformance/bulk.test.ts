import type { Document } from 'mongodb';
import { describeConformance } from './suite.js';

describeConformance('Counts, bulks and findAndModify', [
  {
    title: 'counts: by filter, with skip and limit, of nothing, and estimated',
    run: async ({ coll }) => {
      await coll.insertMany([{ a: 1 }, { a: 1 }, { a: 2 }]);
      return {
        all: await coll.countDocuments(),
        some: await coll.countDocuments({ a: 1 }),
        part: await coll.countDocuments({}, { skip: 1, limit: 1 }),
        none: await coll.countDocuments({ a: 9 }),
        estimated: await coll.estimatedDocumentCount(),
      };
    },
    expected: { all: 3, some: 2, part: 1, none: 0, estimated: 3 },
  },
  {
    title: 'distinct answers each value once, also those inside arrays',
    run: async ({ coll }) => {
      await coll.insertMany([{ a: 1 }, { a: [1, 2] }, { a: 3, b: 1 }, {}]);
      return { all: (await coll.distinct('a')).sort(), some: await coll.distinct('a', { b: 1 }) };
    },
    expected: { all: [1, 2, 3], some: [3] },
  },
  {
    title: 'bulkWrite mixes inserts, updates, upserts and deletes',
    run: async ({ coll }) => {
      await coll.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 1 },
      ] as Document[]);
      const result = await coll.bulkWrite([
        { insertOne: { document: { _id: 3, a: 3 } as Document } },
        { updateOne: { filter: { _id: 1 } as Document, update: { $inc: { a: 1 } } } },
        { updateOne: { filter: { _id: 9 } as Document, update: { $set: { a: 9 } }, upsert: true } },
        { deleteOne: { filter: { _id: 2 } as Document } },
      ]);
      const { insertedCount, matchedCount, modifiedCount, upsertedCount, deletedCount, upsertedIds } = result;
      return {
        insertedCount,
        matchedCount,
        modifiedCount,
        upsertedCount,
        deletedCount,
        upsertedIds,
        rows: await coll.find().sort({ _id: 1 }).toArray(),
      };
    },
    expected: {
      insertedCount: 1,
      matchedCount: 1,
      modifiedCount: 1,
      upsertedCount: 1,
      deletedCount: 1,
      upsertedIds: { 2: 9 },
      rows: [
        { _id: 1, a: 2 },
        { _id: 3, a: 3 },
        { _id: 9, a: 9 },
      ],
    },
  },
  {
    title: 'a bulk of upserts inserts what is new and counts what it knew',
    run: async ({ coll }) => {
      await coll.createIndex({ k: 1 }, { unique: true });
      const upserts = (from: number, to: number) =>
        Array.from({ length: to - from }, (_none, at) => ({
          updateOne: { filter: { k: from + at }, update: { $setOnInsert: { v: from + at } }, upsert: true },
        }));
      const first = await coll.bulkWrite(upserts(0, 300), { ordered: false });
      const second = await coll.bulkWrite(upserts(200, 400), { ordered: false });
      return {
        first: first.upsertedCount,
        second: second.upsertedCount,
        matched: second.matchedCount,
        rows: await coll.countDocuments(),
      };
    },
    expected: { first: 300, second: 100, matched: 100, rows: 400 },
  },
  {
    title: 'findOneAndUpdate answers the document before or after, or null',
    run: async ({ coll }) => {
      await coll.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ] as Document[]);
      return {
        before: await coll.findOneAndUpdate({}, { $inc: { a: 10 } }, { sort: { a: -1 } }),
        after: await coll.findOneAndUpdate({ _id: 1 } as Document, { $inc: { a: 10 } }, { returnDocument: 'after' }),
        none: await coll.findOneAndUpdate({ _id: 9 } as Document, { $inc: { a: 1 } }),
        made: await coll.findOneAndUpdate(
          { _id: 9 } as Document,
          { $inc: { a: 1 } },
          { upsert: true, returnDocument: 'after' },
        ),
        shown: await coll.findOneAndUpdate(
          { _id: 9 } as Document,
          { $set: { b: 1 } },
          { projection: { _id: 0, a: 1 } },
        ),
      };
    },
    expected: {
      before: { _id: 2, a: 2 },
      after: { _id: 1, a: 11 },
      none: null,
      made: { _id: 9, a: 1 },
      shown: { a: 1 },
    },
  },
  {
    title: 'findOneAndDelete and findOneAndReplace answer the document before',
    run: async ({ coll }) => {
      await coll.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ] as Document[]);
      return {
        replaced: await coll.findOneAndReplace({ _id: 1 } as Document, { b: 1 }),
        deleted: await coll.findOneAndDelete({}, { sort: { _id: -1 } }),
        left: await coll.find().toArray(),
      };
    },
    expected: { replaced: { _id: 1, a: 1 }, deleted: { _id: 2, a: 2 }, left: [{ _id: 1, b: 1 }] },
  },
]);
