import type { Database } from '../database.js';
import { collectionOf } from '../ingest/transaction.js';

/** Keeps, as a job for each token, that something happened to these contracts; those of no token are left aside. Gives how many are known. */
export async function noteHints(database: Pick<Database, 'connection'>, addresses: readonly string[]): Promise<number> {
  const contractAddress = { $in: addresses.map((address) => address.toLowerCase()) };
  const tokens = await collectionOf(database, 'tokens')
    .find({ contractAddress }, { projection: { _id: 1 } })
    .toArray();
  if (tokens.length === 0) return 0;
  const createdAt = new Date();
  const writes = tokens.map(({ _id: tokenId }) => ({
    updateOne: {
      filter: { _id: hintId(tokenId) },
      update: { $set: { createdAt }, $setOnInsert: { kind: 'hint', tokenId } },
      upsert: true,
    },
  }));
  await collectionOf(database, 'jobs').bulkWrite(writes, { ordered: false, writeConcern: { w: 'majority' } });
  return tokens.length;
}

/**
 * Hands the hinted tokens out, oldest first, and forgets each hint once its work is done; one that comes meanwhile stays for the next call.
 * A token whose work fails, is called off or says false keeps its hint and does not hold up the others.
 */
export async function takeHints({
  database,
  work,
  onError,
  signal,
}: {
  database: Pick<Database, 'connection'>;
  work: (tokenId: string) => Promise<unknown>;
  onError: (tokenId: string, error: unknown) => void;
  signal: AbortSignal;
}): Promise<void> {
  const jobs = collectionOf(database, 'jobs');
  for (const { _id, tokenId, createdAt } of await jobs.find({ kind: 'hint' }, { sort: { createdAt: 1 } }).toArray()) {
    if (signal.aborted) return;
    try {
      const isDone = await work(tokenId);
      if (signal.aborted) return;
      if (isDone !== false) await jobs.deleteOne({ _id, createdAt });
    } catch (error) {
      onError(tokenId, error);
    }
  }
}

/** Key of a token's hint among the jobs. */
export function hintId(tokenId: string): string {
  return `hint:${tokenId}`;
}
