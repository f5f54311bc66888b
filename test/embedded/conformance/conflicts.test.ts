import type { Document } from 'mongodb';
import { account, seenByRival, withAccount, withSession } from './accounts.js';
import { describeConformance, errorOf } from './suite.js';

describeConformance('Conflicts of transactions', [
  {
    title: 'the second writer of a document fails at once with 112 and the label to run again',
    run: async (context) => {
      const { client, coll, rival } = context;
      await withAccount(context);
      return withSession(client, (first) =>
        withSession(rival, async (second) => {
          first.startTransaction();
          second.startTransaction();
          await coll.updateOne(account, { $inc: { n: 1 } }, { session: first });
          const error = await errorOf(
            seenByRival(context).updateOne(account, { $inc: { n: 10 } }, { session: second }),
            'labels',
          );
          await second.abortTransaction();
          await first.commitTransaction();
          return { error, after: await coll.findOne(account) };
        }),
      );
    },
    expected: { error: { code: 112, labels: ['TransientTransactionError'] }, after: { _id: 1, n: 1 } },
  },
  {
    title: 'a document that has changed since the snapshot cannot be written',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.findOne(account, { session });
        await seenByRival(context).updateOne(account, { $inc: { n: 10 } });
        const error = await errorOf(coll.updateOne(account, { $inc: { n: 1 } }, { session }), 'labels');
        await session.abortTransaction();
        return { error, after: await coll.findOne(account) };
      });
    },
    expected: { error: { code: 112, labels: ['TransientTransactionError'] }, after: { _id: 1, n: 10 } },
  },
  {
    title: 'withTransaction runs again until every increment counts',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      const increment = () =>
        withSession(client, (session) =>
          session.withTransaction(async () => {
            const before = (await coll.findOne(account, { session })) as Document;
            await coll.updateOne(account, { $set: { n: before.n + 1 } }, { session });
          }),
        );
      await Promise.all([increment(), increment(), increment(), increment()]);
      return coll.findOne(account);
    },
    expected: { _id: 1, n: 4 },
  },
  {
    title: 'a plain write waits for the transaction that holds its document',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.updateOne(account, { $inc: { n: 1 } }, { session });
        const order: string[] = [];
        const waiting = seenByRival(context)
          .updateOne(account, { $inc: { n: 10 } })
          .then(() => order.push('plain'));
        // Two round trips on the rival's side show that the write has arrived and waits.
        await context.rival.db('admin').command({ ping: 1 });
        await context.rival.db('admin').command({ ping: 1 });
        order.push('commit');
        await session.commitTransaction();
        await waiting;
        return { order, after: await coll.findOne(account) };
      });
    },
    expected: { order: ['commit', 'plain'], after: { _id: 1, n: 11 } },
  },
  {
    title: 'a duplicate inside a transaction aborts it, and it cannot go on',
    run: async (context) => {
      const { client, coll } = context;
      await withAccount(context);
      return withSession(client, async (session) => {
        session.startTransaction();
        await coll.insertOne({ _id: 2 } as Document, { session });
        const duplicate = await errorOf(coll.insertOne(account, { session }));
        const next = await errorOf(coll.findOne({}, { session }));
        await session.abortTransaction().catch(() => undefined);
        return { duplicate, next, rows: await coll.countDocuments() };
      });
    },
    expected: { duplicate: { code: 11000 }, next: { code: 251 }, rows: 1 },
  },
  {
    title: 'two transactions that insert the same key: one of them wins',
    run: async (context) => {
      const { client, coll, rival } = context;
      await coll.createIndex({ k: 1 }, { unique: true });
      return withSession(client, (first) =>
        withSession(rival, async (second) => {
          first.startTransaction();
          second.startTransaction();
          await coll.insertOne({ k: 1, by: 'first' }, { session: first });
          const error = await errorOf(
            seenByRival(context)
              .insertOne({ k: 1, by: 'second' }, { session: second })
              .then(() => second.commitTransaction()),
          );
          await second.abortTransaction().catch(() => undefined);
          await first.commitTransaction();
          return { error, by: (await coll.find().toArray()).map(({ by }) => by) };
        }),
      );
    },
    expected: { error: { code: 112 }, by: ['first'] },
  },
]);
