import type { Config } from '../config.js';
import type { Database } from '../database.js';

/**
 * Notes in the database that epochs are shared in a Redis; to be called before the first read through it. The largest lives win: a gateway
 * that was started with others may still be running.
 */
export async function noteSharedStore({ database, config }: SharedStoreDeps): Promise<void> {
  if (config.redisUrl === undefined) return;
  await database.models.metadata.updateOne(
    { _id: 'database' },
    {
      $max: { 'sharedStore.lifeMs': config.epochLifeMs, 'sharedStore.leaseMs': config.epochLeaseMs },
      $set: { 'sharedStore.seenAt': new Date() },
    },
    { writeConcern: { w: 'majority' } },
  );
}

/** How long after a commit an epoch key of an older epoch can live in a shared Redis: lease and life; 0 when there is no such store. */
export async function readSharedLife({ database, config }: SharedStoreDeps): Promise<number> {
  try {
    const metadata = await database.models.metadata
      .findOne({ _id: 'database' }, { sharedStore: 1 })
      .read('primary')
      .lean();
    const shared = metadata?.sharedStore;
    return shared ? shared.lifeMs + shared.leaseMs : 0;
  } catch {
    // The rows are committed: that the note cannot be read is no failure of the writer, but it must expect the store to be there.
    return config.epochLifeMs + config.epochLeaseMs;
  }
}

/** What both need. */
export interface SharedStoreDeps {
  readonly database: Pick<Database, 'models'>;
  readonly config: Pick<Config['cache'], 'redisUrl' | 'epochLifeMs' | 'epochLeaseMs'>;
}
