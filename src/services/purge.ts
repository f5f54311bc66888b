import type { Database } from '../database.js';
import { leaseId } from '../ingest/lease.js';
import { collectionOf } from '../ingest/transaction.js';
import { tokenCollections } from '../models/models.js';
import { leaseName } from './feeding/token-feed.js';
import { hintId } from './hints.js';

/**
 * Removes the rows of deleted tokens in bounded batches, then what is noted beside them: the lease of the feed, and hints. The job stays
 * until the last row is gone, so a process that dies leaves the rest to the next one; two at once do no harm. A signal ends it
 * after the running batch.
 */
export async function runPurges(database: Pick<Database, 'connection'>, signal?: AbortSignal): Promise<void> {
  const jobs = collectionOf(database, 'jobs');
  for (const job of await jobs.find({ kind: 'purge' }, { sort: { createdAt: 1 } }).toArray()) {
    for (const name of tokenCollections) await removeRows(database, name, job.tokenId, signal);
    if (signal?.aborted) return;
    // Whoever still feeds the token finds no token, so its number of the lease is needed no more.
    await jobs.deleteMany({ _id: { $in: [leaseId(leaseName(job.tokenId)), hintId(job.tokenId)] } });
    await jobs.deleteOne({ _id: job._id });
  }
}

async function removeRows(
  database: Pick<Database, 'connection'>,
  name: (typeof tokenCollections)[number],
  tokenId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const rows = collectionOf<'holders'>(database, name as 'holders');
  while (!signal?.aborted) {
    const batch = await rows
      .find({ tokenId }, { projection: { _id: 1 }, limit: rowsAtOnce, batchSize: rowsAtOnce + 1 })
      .toArray();
    if (batch.length === 0) return;
    await rows.deleteMany({ _id: { $in: batch.map(({ _id }) => _id) } });
  }
}

const rowsAtOnce = 2_000;
