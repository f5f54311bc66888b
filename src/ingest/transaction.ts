import type { mongo } from 'mongoose';
import type { Database } from '../database.js';
import type { CollectionName, Row } from '../models/models.js';

/** A running transaction and the collections in it. */
export interface Unit {
  readonly session: mongo.ClientSession;
  /** The driver's own collection: bulk rows do not pass through Mongoose documents. */
  collection<N extends CollectionName>(name: N): mongo.Collection<Stored<N>>;
  /** Sends a command as it is. */
  command(command: mongo.Document): Promise<mongo.Document>;
}

/** A row with the text `_id` that all rows written by the ingest have. */
export type Stored<N extends CollectionName> = Omit<Row<N>, '_id' | 'filled' | 'partial'> & { _id: string };

/**
 * Runs `work` in one transaction (snapshot reads, majority writes) and again from the start when another writer won.
 * `work` must not keep anything of an attempt that failed.
 */
export async function inTransaction<T>(database: Pick<Database, 'connection'>, work: (unit: Unit) => Promise<T>) {
  const session = await database.connection.startSession();
  const unit: Unit = {
    session,
    collection: (name) => collectionOf(database, name),
    command: (command) => databaseOf(database).command(command, { session, ignoreUndefined: true }),
  };
  try {
    return await session.withTransaction(() => work(unit), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
    });
  } finally {
    await session.endSession();
  }
}

/** A collection outside of a transaction. */
export function collectionOf<N extends CollectionName>(
  database: Pick<Database, 'connection'>,
  name: N,
): mongo.Collection<Stored<N>> {
  return databaseOf(database).collection<Stored<N>>(name);
}

function databaseOf({ connection }: Pick<Database, 'connection'>): mongo.Db {
  if (connection.db === undefined) throw new Error('The connection is closed.');
  return connection.db;
}
