import { type Document, Long, MongoClient } from 'mongodb';
import { type CaseContext, describeConformance, errorOf } from './suite.js';

/** Sends commands under transaction numbers of one new session, as a driver does for writes that it may send again. */
async function numbered(
  context: CaseContext,
  commands: readonly [number: number, command: Document][],
): Promise<Document[]> {
  // A client of its own: pooled sessions have used numbers already.
  const client = await new MongoClient(context.uri).connect();
  const session = client.startSession();
  try {
    const replies: Document[] = [];
    for (const [number, command] of commands) {
      const sent = client
        .db(context.db.databaseName)
        .command({ ...command, txnNumber: Long.fromNumber(number) }, { session });
      replies.push((await sent.catch((error: { code?: number }) => ({ code: error.code }))) as Document);
    }
    return replies;
  } finally {
    await session.endSession();
    await client.close();
  }
}

const pick = ({ n, nModified, value, upserted, writeErrors, code }: Document) =>
  Object.fromEntries(
    Object.entries({ n, nModified, value, upserted, writeErrors: writeErrors?.length, code }).filter(
      ([, part]) => part !== undefined,
    ),
  );

const increment = { update: 'rows', updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] };

describeConformance('Writes that are sent again', [
  {
    title: 'an update is applied once and answered twice alike',
    run: async (context) => {
      await context.coll.insertOne({ _id: 1, n: 0 } as Document);
      const replies = await numbered(context, [
        [1, increment],
        [1, increment],
      ]);
      return { replies: replies.map(pick), row: await context.coll.findOne({}) };
    },
    expected: {
      replies: [
        { n: 1, nModified: 1 },
        { n: 1, nModified: 1 },
      ],
      row: { _id: 1, n: 1 },
    },
  },
  {
    title: 'the next number is a new write',
    run: async (context) => {
      await context.coll.insertOne({ _id: 1, n: 0 } as Document);
      await numbered(context, [
        [1, increment],
        [2, increment],
        [2, increment],
      ]);
      return context.coll.findOne({});
    },
    expected: { _id: 1, n: 2 },
  },
  {
    title: 'a number below the last is refused',
    run: async (context) => {
      await context.coll.insertOne({ _id: 1, n: 0 } as Document);
      return (
        await numbered(context, [
          [5, increment],
          [4, increment],
        ])
      ).map(pick);
    },
    expected: [{ n: 1, nModified: 1 }, { code: 225 }],
    wrong: {
      secantusdb: {
        answer: [
          { n: 1, nModified: 1 },
          { n: 1, nModified: 1 },
        ],
        because: 'applies a number below the last',
      },
    },
  },
  {
    title: 'inserts are not repeated, and no duplicate is reported',
    run: async (context) => {
      const insert = { insert: 'rows', documents: [{ _id: 1 }, { _id: 2 }] };
      const replies = await numbered(context, [
        [1, insert],
        [1, insert],
      ]);
      return { replies: replies.map(pick), rows: await context.coll.countDocuments() };
    },
    expected: { replies: [{ n: 2 }, { n: 2 }], rows: 2 },
  },
  {
    title: 'an upsert answers the same id again',
    run: async (context) => {
      const upsert = { update: 'rows', updates: [{ q: { _id: 7 }, u: { $inc: { n: 1 } }, upsert: true }] };
      const replies = await numbered(context, [
        [1, upsert],
        [1, upsert],
      ]);
      return { replies: replies.map(pick), row: await context.coll.findOne({}) };
    },
    expected: {
      replies: [
        { n: 1, nModified: 0, upserted: [{ index: 0, _id: 7 }] },
        { n: 1, nModified: 0, upserted: [{ index: 0, _id: 7 }] },
      ],
      row: { _id: 7, n: 1 },
    },
  },
  {
    title: 'a delete takes one document once',
    run: async (context) => {
      await context.coll.insertMany([{ a: 1 }, { a: 1 }, { a: 1 }]);
      const remove = { delete: 'rows', deletes: [{ q: { a: 1 }, limit: 1 }] };
      const replies = await numbered(context, [
        [1, remove],
        [1, remove],
      ]);
      return { replies: replies.map(pick), rows: await context.coll.countDocuments() };
    },
    expected: { replies: [{ n: 1 }, { n: 1 }], rows: 2 },
  },
  {
    title: 'findAndModify answers the same document again',
    run: async (context) => {
      await context.coll.insertOne({ _id: 1, n: 0 } as Document);
      const change = { findAndModify: 'rows', query: { _id: 1 }, update: { $inc: { n: 1 } }, new: true };
      const replies = await numbered(context, [
        [1, change],
        [1, change],
      ]);
      return { replies: replies.map(pick), row: await context.coll.findOne({}) };
    },
    expected: { replies: [{ value: { _id: 1, n: 1 } }, { value: { _id: 1, n: 1 } }], row: { _id: 1, n: 1 } },
  },
  {
    title: 'a write of the driver itself carries a number of its own',
    run: async (context) => {
      await context.coll.insertOne({ _id: 1, n: 0 } as Document);
      context.sent.length = 0;
      await context.coll.updateOne({}, { $inc: { n: 1 } });
      await context.coll.updateMany({}, { $inc: { n: 1 } });
      return {
        numbers: context.sent.map(({ command }) => command.txnNumber !== undefined),
        row: await context.coll.findOne({}),
      };
    },
    expected: { numbers: [true, false], row: { _id: 1, n: 2 } },
  },
]);

describeConformance('What the embedded server leaves out', [
  {
    title: 'a snapshot session is refused by code',
    only: ['embedded'],
    run: async ({ client, coll }) => {
      await coll.insertOne({});
      const session = client.startSession({ snapshot: true });
      const error = (await errorOf(coll.findOne({}, { session }))) as { code: number };
      await session.endSession();
      return [20, 246, 263].includes(error.code);
    },
    expected: true,
  },
  {
    title: 'a change stream is refused by code',
    only: ['embedded'],
    run: async ({ coll }) => errorOf(coll.watch().next()),
    expected: { code: 40573 },
  },
  {
    title: 'stages that write are refused by code and write nothing',
    only: ['embedded'],
    run: async ({ coll, other }) => {
      await coll.insertOne({ a: 1 });
      const error = await errorOf(coll.aggregate([{ $out: 'others' }]).toArray());
      return { error, rows: await other.countDocuments() };
    },
    expected: { error: { code: 238 }, rows: 0 },
  },
]);
