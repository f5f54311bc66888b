import type { Document } from 'mongodb';
import { describeConformance } from './suite.js';
import { inserts, refusesUpdate } from './updates.js';

const list = (...numbers: number[]) => ({ l: numbers });

describeConformance('Results of updates', [
  {
    title: 'replaceOne replaces all but the _id',
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, a: 1, b: 2 } as Document);
      await coll.replaceOne({ a: 1 }, { c: 3 });
      return coll.findOne({});
    },
    expected: { _id: 1, c: 3 },
  },
  {
    title: 'updateMany changes every match and counts only what changed',
    run: async ({ coll }) => {
      await coll.insertMany([{ a: 1 }, { a: 2 }, { a: 2 }]);
      const { matchedCount, modifiedCount } = await coll.updateMany({}, { $set: { a: 2 } });
      return { matchedCount, modifiedCount };
    },
    expected: { matchedCount: 3, modifiedCount: 1 },
  },
  {
    title: 'new fields of $set are added in order of their names',
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, m: 1 } as Document);
      await coll.updateOne({}, { $set: { z: 1, a: 1 } });
      return Object.keys((await coll.findOne({})) as Document);
    },
    expected: ['_id', 'm', 'a', 'z'],
    wrong: { secantusdb: { answer: ['_id', 'm', 'z', 'a'], because: 'new fields follow the order of the update' } },
  },
  inserts(
    'an upsert takes the equalities of its filter',
    { a: 1, b: { $eq: 2 }, c: { $gt: 3 } },
    { $set: { d: 4 } },
    { a: 1, b: 2, d: 4 },
  ),
  inserts(
    'an upsert takes equalities under $and and dotted paths',
    { $and: [{ 'k.a': 1 }, { b: 2 }] },
    { $inc: { n: 1 } },
    { k: { a: 1 }, b: 2, n: 1 },
  ),
  inserts('an upsert applies $setOnInsert', { a: 1 }, { $set: { b: 1 }, $setOnInsert: { c: 1 } }, { a: 1, b: 1, c: 1 }),
  inserts('an upsert keeps the _id of its filter', { _id: 7 } as Document, { $set: { b: 1 } }, { _id: 7, b: 1 }),
  inserts('an upsert by pipeline computes from the equalities', { a: 2 }, [{ $set: { b: { $add: ['$a', 1] } } }], {
    a: 2,
    b: 3,
  }),
  {
    title: 'an upsert of a replacement takes only the _id from its filter',
    run: async ({ coll }) => {
      await coll.replaceOne({ _id: 5, a: 1 } as Document, { b: 2 }, { upsert: true });
      return coll.findOne({});
    },
    expected: { _id: 5, b: 2 },
  },
  refusesUpdate('an unknown modifier', { a: 1 }, { $foo: { a: 1 } }, 9),
  refusesUpdate('two changes of one path', { a: 1 }, { $set: { a: 2 }, $inc: { a: 1 } }, 40),
  refusesUpdate('changes of a path and of one below it', { a: { b: 1 } }, { $set: { a: 1, 'a.b': 2 } }, 40),
  refusesUpdate('another _id', { a: 1 }, { $set: { _id: 2 } }, 66),
  refusesUpdate('$inc of text', { a: 'x' }, { $inc: { a: 1 } }, 14),
  refusesUpdate('$inc by text', { a: 1 }, { $inc: { a: 'x' } }, 14),
  refusesUpdate('$push to what is no array', { a: 1 }, { $push: { a: 1 } }, 2),
  refusesUpdate('$addToSet to what is no array', { a: 1 }, { $addToSet: { a: 1 } }, 2),
  refusesUpdate('a path through a value', { a: 1 }, { $set: { 'a.b': 1 } }, 28),
  refusesUpdate('a path through null', { a: null }, { $set: { 'a.b': 1 } }, 28),
  refusesUpdate('a name inside an array', { a: [1] }, { $set: { 'a.b': 1 } }, 28),
  refusesUpdate('the positional $ without a condition on the array', list(1), { $set: { 'l.$': 1 } }, 2),
  refusesUpdate('an array filter that is missing', list(1), { $set: { 'l.$[x]': 1 } }, 2),
  refusesUpdate('an array filter that is not used', list(1), { $set: { a: 1 } }, 9, { arrayFilters: [{ x: 1 }] }),
  refusesUpdate('a stage that may not stand in an update', { a: 1 }, [{ $match: { a: 1 } }], 72, {
    wrong: {
      secantusdb: { answer: { error: { code: 168 }, document: { _id: 1, a: 1 } }, because: 'code 168 instead of 72' },
    },
  }),
  refusesUpdate('an empty part of a path', { a: 1 }, { $set: { 'a..b': 1 } }, 56),
]);
