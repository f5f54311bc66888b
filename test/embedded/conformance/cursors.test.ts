import type { Document } from 'mongodb';
import { type CaseContext, describeConformance, errorOf } from './suite.js';

const rows = (count: number) => Array.from({ length: count }, (_none, at) => ({ _id: at, a: at % 7 }) as Document);
const namesOf = ({ sent }: CaseContext) => sent.map(({ commandName }) => commandName);

describeConformance('Cursors', [
  {
    title: 'a first batch holds 101 documents, and getMore brings the rest in one',
    run: async (context) => {
      await context.coll.insertMany(rows(300));
      context.sent.length = 0;
      const all = await context.coll.find().sort({ _id: 1 }).toArray();
      return { ids: all.every(({ _id }, at) => Number(_id) === at), count: all.length, commands: namesOf(context) };
    },
    expected: { ids: true, count: 300, commands: ['find', 'getMore'] },
  },
  {
    title: 'batches are as large as asked for',
    run: async (context) => {
      await context.coll.insertMany(rows(100));
      context.sent.length = 0;
      const all = await context.coll.find({}, { batchSize: 30 }).toArray();
      return { count: all.length, getMores: namesOf(context).filter((name) => name === 'getMore').length };
    },
    expected: { count: 100, getMores: 3 },
  },
  {
    title: 'an aggregation goes over batches too',
    run: async (context) => {
      await context.coll.insertMany(rows(250));
      const all = await context.coll
        .aggregate([{ $sort: { _id: -1 } }, { $project: { a: 1 } }], { batchSize: 100 })
        .toArray();
      return { count: all.length, first: all[0]?._id, last: all.at(-1)?._id };
    },
    expected: { count: 250, first: 249, last: 0 },
  },
  {
    title: 'a limit below the batch ends the cursor at once',
    run: async (context) => {
      await context.coll.insertMany(rows(50));
      context.sent.length = 0;
      const all = await context.coll.find().limit(10).toArray();
      return { count: all.length, commands: namesOf(context) };
    },
    expected: { count: 10, commands: ['find'] },
  },
  {
    title: 'a limit above the batch holds across batches',
    run: async ({ coll }) => {
      await coll.insertMany(rows(50));
      return (await coll.find({}, { batchSize: 10 }).limit(25).toArray()).length;
    },
    expected: 25,
  },
  {
    title: 'a closed cursor is killed, and reading on is refused',
    run: async ({ coll, db }) => {
      await coll.insertMany(rows(50));
      const { cursor } = await db.command({ find: 'rows', batchSize: 5 });
      const killed = await db.command({ killCursors: 'rows', cursors: [cursor.id] });
      return {
        killed: killed.cursorsKilled.length,
        more: await errorOf(db.command({ getMore: cursor.id, collection: 'rows' })),
      };
    },
    expected: { killed: 1, more: { code: 43 } },
  },
  {
    title: 'a single batch leaves no cursor behind',
    run: async ({ coll, db }) => {
      await coll.insertMany(rows(50));
      const { cursor } = await db.command({ find: 'rows', batchSize: 5, singleBatch: true });
      return {
        id: Number(cursor.id),
        documents: cursor.firstBatch.length,
        ns: cursor.ns === `${db.databaseName}.rows`,
      };
    },
    expected: { id: 0, documents: 5, ns: true },
    wrong: { secantusdb: { answer: { id: 0, documents: 50, ns: true }, because: 'a single batch is not bounded' } },
  },
  {
    title: 'documents written while a cursor is open neither break nor repeat it',
    run: async ({ coll }) => {
      await coll.insertMany(rows(300));
      const cursor = coll.find({ _id: { $lt: 300 } } as Document, { batchSize: 50 }).sort({ _id: 1 });
      const seen: unknown[] = [];
      for await (const { _id } of cursor) {
        if (seen.length === 60)
          await coll.insertMany(rows(300).map(({ _id: other }) => ({ _id: 1000 + Number(other) }) as Document));
        seen.push(_id);
      }
      return { count: seen.length, distinct: new Set(seen).size };
    },
    expected: { count: 300, distinct: 300 },
  },
  {
    title: 'large documents come over several batches',
    run: async ({ coll }) => {
      const text = 'x'.repeat(1_000_000);
      for (let at = 0; at < 20; at++) await coll.insertOne({ _id: at, text } as Document);
      const all = await coll.find().toArray();
      return { count: all.length, whole: all.every((document) => document.text.length === 1_000_000) };
    },
    expected: { count: 20, whole: true },
  },
]);
