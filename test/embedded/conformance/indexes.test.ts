import type { Document } from 'mongodb';
import { describeConformance, errorOf } from './suite.js';

/** Stages of a plan from the top down, with the index that is used. */
function stagesOf(plan: Document | undefined): unknown[] {
  if (plan === undefined) return [];
  return [plan.indexName === undefined ? plan.stage : `${plan.stage} ${plan.indexName}`, ...stagesOf(plan.inputStage)];
}

const rows = Array.from({ length: 200 }, (_none, at) => ({ _id: at, t: at % 4, n: at, d: 200 - at }) as Document);

describeConformance('Indexes', [
  {
    title: 'createIndex names an index by its keys, and listIndexes tells keys and uniqueness',
    run: async ({ coll }) => {
      const names = [
        await coll.createIndex({ a: 1, b: -1 }),
        await coll.createIndex({ c: 1 }, { unique: true, name: 'own' }),
      ];
      const indexes = (await coll.listIndexes().toArray()).map(({ key, name, unique }) => ({
        key,
        name,
        unique: unique ?? false,
      }));
      return { names, indexes };
    },
    expected: {
      names: ['a_1_b_-1', 'own'],
      indexes: [
        { key: { _id: 1 }, name: '_id_', unique: false },
        { key: { a: 1, b: -1 }, name: 'a_1_b_-1', unique: false },
        { key: { c: 1 }, name: 'own', unique: true },
      ],
    },
  },
  {
    title: 'createIndexes counts before and after, and repeats without effect',
    run: async ({ coll, db }) => {
      await coll.insertOne({});
      const indexes = [{ key: { a: 1 }, name: 'a_1' }];
      const pick = ({ numIndexesBefore, numIndexesAfter }: Document) => ({ numIndexesBefore, numIndexesAfter });
      return [
        pick(await db.command({ createIndexes: 'rows', indexes })),
        pick(await db.command({ createIndexes: 'rows', indexes })),
      ];
    },
    expected: [
      { numIndexesBefore: 1, numIndexesAfter: 2 },
      { numIndexesBefore: 2, numIndexesAfter: 2 },
    ],
  },
  {
    title: 'the same name with other keys is refused',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { name: 'x' });
      return errorOf(coll.createIndex({ b: 1 }, { name: 'x' }));
    },
    expected: { code: 86 },
  },
  {
    title: 'the same keys under another name are refused',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { name: 'x' });
      return errorOf(coll.createIndex({ a: 1 }, { name: 'y' }));
    },
    expected: { code: 85 },
  },
  {
    title: 'a unique index over duplicates is refused and not made',
    run: async ({ coll }) => {
      await coll.insertMany([{ a: 1 }, { a: 1 }]);
      return {
        error: await errorOf(coll.createIndex({ a: 1 }, { unique: true })),
        indexes: (await coll.listIndexes().toArray()).length,
      };
    },
    expected: { error: { code: 11000 }, indexes: 1 },
  },
  {
    title: 'a duplicate is refused with the pattern and value of its key',
    run: async ({ coll }) => {
      await coll.createIndex({ t: 1, s: 1 }, { unique: true });
      await coll.insertOne({ t: 1, s: 'x' });
      return errorOf(coll.insertOne({ t: 1, s: 'x' }), 'keyPattern', 'keyValue');
    },
    expected: { code: 11000, keyPattern: { t: 1, s: 1 }, keyValue: { t: 1, s: 'x' } },
  },
  {
    title: 'a duplicate _id is refused',
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1 } as Document);
      return errorOf(coll.insertOne({ _id: 1 } as Document), 'keyPattern', 'keyValue');
    },
    expected: { code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } },
  },
  {
    title: 'an update into a duplicate is refused and changes nothing',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { unique: true });
      await coll.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ] as Document[]);
      const error = await errorOf(coll.updateOne({ _id: 2 } as Document, { $set: { a: 1 } }));
      return { error, rows: await coll.find().sort({ _id: 1 }).toArray() };
    },
    expected: {
      error: { code: 11000 },
      rows: [
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ],
    },
  },
  {
    title: 'a unique index holds one missing value',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { unique: true });
      await coll.insertOne({ b: 1 });
      return errorOf(coll.insertOne({ b: 2 }));
    },
    expected: { code: 11000 },
  },
  {
    title: 'numbers of different types are the same key',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { unique: true });
      await coll.insertOne({ a: 1 });
      return errorOf(coll.insertOne({ a: 1.0 }));
    },
    expected: { code: 11000 },
  },
  {
    title: 'a value is free again when its document is gone or has changed',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { unique: true });
      await coll.insertMany([
        { _id: 1, a: 1 },
        { _id: 2, a: 2 },
      ] as Document[]);
      await coll.deleteOne({ _id: 1 } as Document);
      await coll.updateOne({ _id: 2 } as Document, { $set: { a: 3 } });
      await coll.insertMany([{ a: 1 }, { a: 2 }]);
      return coll.countDocuments();
    },
    expected: 3,
  },
  {
    title: 'a dropped index constrains no more, and one that is not there is told',
    run: async ({ coll }) => {
      await coll.createIndex({ a: 1 }, { unique: true });
      await coll.dropIndex('a_1');
      await coll.insertMany([{ a: 1 }, { a: 1 }]);
      return { rows: await coll.countDocuments(), error: await errorOf(coll.dropIndex('a_1')) };
    },
    expected: { rows: 2, error: { code: 27 } },
  },
  {
    title: 'the answer is the same with an index and without, in any direction, with $in, range and missing values',
    run: async ({ coll, other }) => {
      const documents = [...rows, { _id: 900, t: 1 }, { _id: 901, t: 2, n: null }] as Document[];
      await coll.createIndex({ t: 1, n: -1 });
      await coll.insertMany(documents);
      await other.insertMany(documents);
      const filters: Document[] = [
        { t: 1 },
        { t: { $in: [1, 2] } },
        { t: 2, n: { $gte: 20, $lt: 60 } },
        { t: 1, n: null },
        { t: { $gt: 1 } },
        {
          $or: [
            { t: 0, n: 4 },
            { t: 1, n: 5 },
          ],
        },
      ];
      const differences: unknown[] = [];
      for (const filter of filters) {
        for (const sort of [
          { t: 1, n: -1, _id: 1 },
          { n: 1, _id: 1 },
          { t: -1, n: 1, _id: -1 },
        ] as const) {
          const ids = async (from: typeof coll) =>
            (await from.find(filter).sort(sort).limit(40).toArray()).map(({ _id }) => _id);
          const [indexed, plain] = [await ids(coll), await ids(other)];
          if (String(indexed) !== String(plain)) differences.push({ filter, sort, indexed, plain });
        }
      }
      return differences;
    },
    expected: [],
  },
  {
    title: 'explain names the index of an equality with a range and a sort, and no sort in memory',
    only: ['embedded', 'TEST_MONGODB_URI'],
    run: async ({ coll }) => {
      await coll.createIndex({ t: 1, n: 1 });
      await coll.insertMany(rows);
      const plan = await coll
        .find({ t: 1, n: { $gte: 10 } })
        .sort({ n: -1 })
        .limit(5)
        .explain('queryPlanner');
      const stages = stagesOf(plan.queryPlanner.winningPlan).map(String);
      return { index: stages.at(-1), sorted: stages.includes('SORT') };
    },
    expected: { index: 'IXSCAN t_1_n_1', sorted: false },
  },
  {
    title: 'explain tells a scan of the whole collection',
    run: async ({ coll }) => {
      await coll.insertMany(rows);
      const plan = await coll.find({ d: 5 }).explain('queryPlanner');
      return stagesOf(plan.queryPlanner.winningPlan).at(-1);
    },
    expected: 'COLLSCAN',
  },
]);
