import mongoose from 'mongoose';
import type { CollectionName } from '../models/models.js';
import { inChunks } from './chunks.js';
import type { Stored, Unit } from './transaction.js';

/**
 * Inserts rows, or fails with the server's error. Rows by the ten thousand go out as plain commands: the driver's bulk operations
 * measure and wrap every row for itself first, which costs as much again as sending it.
 */
export async function insertRows<N extends Bulky>(unit: Unit, name: N, rows: ReadonlyArray<Stored<N>>): Promise<void> {
  for (const documents of inChunks(rows, mostRows)) await write(unit, { insert: name, documents });
}

/** Puts rows in the place of those with the same `_id`; see `insertRows`. */
export async function replaceRows<N extends Bulky>(unit: Unit, name: N, rows: ReadonlyArray<Stored<N>>): Promise<void> {
  for (const chunk of inChunks(rows, mostRows)) {
    await write(unit, { update: name, updates: chunk.map((row) => ({ q: { _id: row._id }, u: row })) });
  }
}

/** Collections whose rows are bounded: each has less than a kilobyte, so that a command stays far below 16 MB. */
type Bulky = Extract<CollectionName, 'transactionActivity' | 'holders'>;

const mostRows = 10_000;

async function write({ command }: Unit, request: Record<string, unknown>): Promise<void> {
  const { writeErrors, writeConcernError } = await command({ ...request, ordered: false });
  // The driver throws what fails as a whole; what fails of a write is for its sender to find.
  const failure = writeErrors?.[0] ?? writeConcernError;
  if (failure) throw new mongoose.mongo.MongoServerError(failure);
}
