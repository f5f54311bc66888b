import { type Document, ObjectId } from 'mongodb';
import { describeConformance, errorOf } from './suite.js';

describeConformance('Reads and writes', [
  {
    title: 'insertMany keeps order and makes object ids',
    run: async ({ coll }) => {
      const { insertedCount, insertedIds } = await coll.insertMany([{ a: 1 }, { a: 2 }]);
      return {
        insertedCount,
        ids: insertedIds[0] instanceof ObjectId,
        rows: (await coll.find().toArray()).map(({ a }) => a),
      };
    },
    expected: { insertedCount: 2, ids: true, rows: [1, 2] },
  },
  {
    title: 'values come back with their types',
    run: async ({ coll }) => {
      const document = { _id: 1, s: 'ä€😀', n: null, d: new Date(5), l: [1, [2]], o: { x: true }, f: 1.5 };
      await coll.insertOne(document as Document);
      return coll.findOne({});
    },
    expected: { _id: 1, s: 'ä€😀', n: null, d: new Date(5), l: [1, [2]], o: { x: true }, f: 1.5 },
  },
  {
    title: 'an ordered insert stops at a duplicate, an unordered one goes on',
    run: async ({ coll, other }) => {
      const rows = [{ _id: 1 }, { _id: 1 }, { _id: 2 }] as Document[];
      const ordered = await errorOf(coll.insertMany(rows), 'insertedCount');
      const unordered = await errorOf(other.insertMany(rows, { ordered: false }), 'insertedCount');
      return { ordered, rows: await coll.countDocuments(), unordered, others: await other.countDocuments() };
    },
    expected: {
      ordered: { code: 11000, insertedCount: 1 },
      rows: 1,
      unordered: { code: 11000, insertedCount: 2 },
      others: 2,
    },
  },
  {
    title: 'find sorts, skips, limits and projects',
    run: async ({ coll }) => {
      await coll.insertMany([3, 1, 2, 4].map((a) => ({ _id: a, a, b: { c: a, d: 0 } }) as Document));
      return coll
        .find({ a: { $gt: 1 } }, { projection: { 'b.c': 1 } })
        .sort({ a: -1 })
        .skip(1)
        .limit(2)
        .toArray();
    },
    expected: [
      { _id: 3, b: { c: 3 } },
      { _id: 2, b: { c: 2 } },
    ],
  },
  {
    title: 'fields follow the document with _id first, whatever the order of the projection',
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, b: 1, a: 2, c: 3 } as Document);
      return Object.keys((await coll.findOne({}, { projection: { a: 1, b: 1, _id: 1 } })) as Document);
    },
    expected: ['_id', 'b', 'a'],
  },
  {
    title: 'a sort goes across types: null and missing, numbers, text, documents, ids, booleans, dates',
    run: async ({ coll }) => {
      const values = [
        new Date(0),
        true,
        ObjectId.createFromHexString('507f1f77bcf86cd799439011'),
        { x: 1 },
        'a',
        1,
        null,
      ];
      await coll.insertMany([...values.map((a, at) => ({ _id: at, a })), { _id: 7 }] as Document[]);
      return (await coll.find().sort({ a: 1, _id: 1 }).toArray()).map(({ _id }) => _id);
    },
    expected: [6, 7, 5, 4, 3, 2, 1, 0],
  },
  {
    title: 'a sort by an array takes its least element upwards and its greatest downwards',
    run: async ({ coll }) => {
      await coll.insertMany([
        { _id: 1, a: [1, 9] },
        { _id: 2, a: [5] },
      ] as Document[]);
      const ids = async (direction: 1 | -1) =>
        (await coll.find().sort({ a: direction }).toArray()).map(({ _id }) => _id);
      return { up: await ids(1), down: await ids(-1) };
    },
    expected: { up: [1, 2], down: [1, 2] },
  },
  {
    title: 'an empty array is sorted before null and missing fields',
    run: async ({ coll }) => {
      await coll.insertMany([{ _id: 1, a: null }, { _id: 2, a: [] }, { _id: 3 }, { _id: 4, a: 0 }] as Document[]);
      return (await coll.find().sort({ a: 1, _id: 1 }).toArray()).map(({ _id }) => _id);
    },
    expected: [2, 1, 3, 4],
  },
  {
    title: 'a compound sort mixes directions',
    run: async ({ coll }) => {
      await coll.insertMany([
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 1, b: 2 },
        { _id: 3, a: 2, b: 1 },
      ] as Document[]);
      return (await coll.find().sort({ a: -1, b: 1 }).toArray()).map(({ _id }) => _id);
    },
    expected: [3, 1, 2],
  },
  {
    title: 'deleteOne deletes one, deleteMany all matches',
    run: async ({ coll }) => {
      await coll.insertMany([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }]);
      const one = (await coll.deleteOne({ a: 1 })).deletedCount;
      const many = (await coll.deleteMany({ a: 1 })).deletedCount;
      return { one, many, left: await coll.countDocuments() };
    },
    expected: { one: 1, many: 2, left: 1 },
  },
]);
