import type { Document } from 'mongodb';
import { account, seenByRival, withAccount, withSession } from './accounts.js';
import { describeConformance, errorOf } from './suite.js';

describeConformance('Transactions', [
  {
    title: 'writes are seen by nobody else before the commit, and by all after it',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.insertOne({ _id: 2 } as Document, { session });
        await coll.updateOne(account, { $inc: { n: 1 } }, { session });
        const own = await coll.countDocuments({}, { session });
        const outside = await seenByRival(context).find().toArray();
        await session.commitTransaction();
        return { own, outside, after: await seenByRival(context).find().sort({ _id: 1 }).toArray() };
      });
    },
    expected: { own: 2, outside: [{ _id: 1, n: 0 }], after: [{ _id: 1, n: 1 }, { _id: 2 }] },
  },
  {
    title: 'an abort leaves nothing behind',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.insertOne({ _id: 2 } as Document, { session });
        await coll.deleteOne(account, { session });
        await session.abortTransaction();
        return coll.find().toArray();
      });
    },
    expected: [{ _id: 1, n: 0 }],
  },
  {
    title: 'a transaction reads its own writes by filter, sort, aggregation and update',
    run: async (context) => {
      const { client, coll } = context;
      await coll.createIndex({ k: 1 });
      await coll.insertMany([
        { _id: 1, k: 1 },
        { _id: 2, k: 2 },
      ] as Document[]);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.insertOne({ _id: 3, k: 0 } as Document, { session });
        await coll.updateOne({ _id: 2 } as Document, { $set: { k: 9 } }, { session });
        await coll.deleteOne({ _id: 1 } as Document, { session });
        const sorted = (
          await coll
            .find({ k: { $gte: 0 } }, { session })
            .sort({ k: 1 })
            .toArray()
        ).map(({ _id }) => _id);
        const sum = await coll.aggregate([{ $group: { _id: null, k: { $sum: '$k' } } }], { session }).toArray();
        const { modifiedCount } = await coll.updateMany({ k: 9 }, { $inc: { k: 1 } }, { session });
        await session.commitTransaction();
        return { sorted, sum, modifiedCount, after: await coll.find().sort({ _id: 1 }).toArray() };
      });
    },
    expected: {
      sorted: [3, 2],
      sum: [{ _id: null, k: 9 }],
      modifiedCount: 1,
      after: [
        { _id: 2, k: 10 },
        { _id: 3, k: 0 },
      ],
    },
  },
  {
    title: 'a read-only transaction repeats its reads',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction({ readConcern: { level: 'snapshot' } });
        const before = await coll.countDocuments({}, { session });
        await seenByRival(context).insertOne({ _id: 2 } as Document);
        await seenByRival(context).updateOne(account, { $inc: { n: 5 } });
        const again = await coll.find({}, { session }).toArray();
        await session.commitTransaction();
        return { before, again, after: await coll.countDocuments() };
      });
    },
    expected: { before: 1, again: [{ _id: 1, n: 0 }], after: 2 },
  },
  {
    title: 'a cursor of a transaction goes on over batches inside its snapshot',
    run: async (context) => {
      const { client, coll } = context;
      await coll.insertMany(Array.from({ length: 60 }, (_none, at) => ({ _id: at }) as Document));
      return withSession(client, async (session) => {
        session.startTransaction();
        const cursor = coll.find({}, { session, batchSize: 10 });
        const first = await cursor.next();
        await seenByRival(context).deleteMany({});
        const rest = await cursor.toArray();
        await session.commitTransaction();
        return { first: first?._id, rest: rest.length };
      });
    },
    expected: { first: 0, rest: 59 },
  },
  {
    title: 'several collections change together',
    run: async (context) => {
      const { client, coll, other } = context;
      await withAccount(context);
      await other.insertOne({ _id: 1, n: 10 } as Document);
      await withSession(client, (session) =>
        session.withTransaction(async () => {
          await coll.updateOne(account, { $inc: { n: 3 } }, { session });
          await other.updateOne(account, { $inc: { n: -3 } }, { session });
        }),
      );
      return [await coll.findOne(account), await other.findOne(account)];
    },
    expected: [
      { _id: 1, n: 3 },
      { _id: 1, n: 7 },
    ],
  },
  {
    title: 'an estimated count is refused inside a transaction',
    run: async (context) => {
      await withAccount(context);
      return withSession(context.client, async (session) => {
        session.startTransaction();
        const error = await errorOf(context.db.command({ count: 'rows' }, { session }));
        await session.abortTransaction().catch(() => undefined);
        return error;
      });
    },
    expected: { code: 263 },
  },
  {
    title: 'a transaction may be committed twice',
    run: async (context) => {
      await withAccount(context);
      return withSession(context.client, async (session) => {
        session.startTransaction();
        await context.coll.updateOne(account, { $inc: { n: 1 } }, { session });
        await session.commitTransaction();
        await session.commitTransaction();
        return context.coll.findOne(account);
      });
    },
    expected: { _id: 1, n: 1 },
  },
]);
