import { TokenConflictError } from '../errors.js';
import type { Unit } from './transaction.js';

/** Raises the epoch of the catalogue in the transaction that changes what lists and look-ups show; gives the new one. */
export async function raiseCatalogue({ session, collection }: Unit): Promise<number> {
  const metadata = await collection('metadata').findOneAndUpdate(
    { _id: 'database' },
    { $inc: { catalogueEpoch: 1 } },
    { session, returnDocument: 'after' },
  );
  if (!metadata) throw new Error('The database has no metadata document.');
  return metadata.catalogueEpoch;
}

/** Turns a broken unique index of the tokens into the coded error that names the field; every other error stays what it is. */
export function throwConflict(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 11_000 && 'keyValue' in error) {
    const [field, value] = Object.entries(error.keyValue as Record<string, unknown>)[0] ?? [];
    if (field === 'symbol' || field === 'name' || field === 'contractAddress') {
      throw new TokenConflictError({ field, value: String(value), cause: error });
    }
  }
  throw error;
}
