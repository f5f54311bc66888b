import type { ClientSession, Collection, Document, MongoClient } from 'mongodb';
import type { CaseContext } from './suite.js';

/** The same collection as another client sees it. */
export const seenByRival = ({ rival, db }: CaseContext): Collection<Document> =>
  rival.db(db.databaseName).collection('rows');

/** Runs work in a session that ends in any case. */
export async function withSession<T>(client: MongoClient, work: (session: ClientSession) => Promise<T>): Promise<T> {
  const session = client.startSession();
  try {
    return await work(session);
  } finally {
    await session.endSession();
  }
}

/** A collection with one account; collections are made outside of transactions. */
export async function withAccount({ coll }: CaseContext): Promise<void> {
  await coll.insertOne({ _id: 1, n: 0 } as Document);
}

/** Filter of that account. */
export const account = { _id: 1 } as Document;
