import type { Database } from '../../database.js';
import { GatewayError } from '../../errors.js';
import type { SourceName } from '../../ingest/batch.js';
import { checkpointId } from '../../ingest/checkpoints.js';
import { collectionOf } from '../../ingest/transaction.js';
import type { FeedState } from '../../models/checkpoint.js';

/** What the feeding process says about a token. */
export type FeedWord = Omit<FeedState, 'state'> & { readonly state: 'backfilling' | 'live' | 'failing' | 'halted' };

/** Keeps the state of a feed in its checkpoint, where every process finds it. */
export interface FeedNote {
  /**
   * Writes what is new: another state or error at once, mere progress at most once a second. A commit of the same token must not run
   * meanwhile, because both change the checkpoint.
   */
  write(word: FeedWord): Promise<void>;
  /** What is stored, as far as this process knows. */
  know(stored: FeedState | null): void;
}

/** Opens the note of a token and source. */
export function createFeedNote({
  database,
  tokenId,
  source,
  now = Date.now,
}: {
  database: Pick<Database, 'connection'>;
  tokenId: string;
  source: SourceName;
  now?: () => number;
}): FeedNote {
  let known: FeedState | null = null;
  let writtenAt = 0;
  return {
    know: (stored) => {
      known = stored;
    },
    write: async (word) => {
      const isNews = word.state !== known?.state || word.lastError !== known.lastError;
      // What is live says by its rows how far it is.
      if (!isNews && (word.state !== 'backfilling' || now() - writtenAt < pauseMs)) return;
      writtenAt = now();
      const _id = checkpointId(tokenId, source);
      const checkpoints = collectionOf(database, 'checkpoints');
      const { matchedCount } = await checkpoints.updateOne({ _id }, { $set: { feed: word } });
      // A token that was deleted meanwhile must not get a row that nobody would remove.
      if (matchedCount === 0 && (await collectionOf(database, 'tokens').findOne({ _id: tokenId }))) {
        const fresh = { tokenId, source, blockNumber: null, blockHash: null, logIndex: null, updatedAt: new Date() };
        await checkpoints.updateOne({ _id }, { $set: { feed: word }, $setOnInsert: fresh }, { upsert: true });
      }
      known = word;
    },
  };
}

/** Code and sentence of an error, as status shows it. A defect says no more than its message. */
export function errorText(error: unknown): string {
  if (error instanceof GatewayError) return `${error.code}: ${error.message}`;
  return `INTERNAL: ${error instanceof Error ? error.message : String(error)}`;
}

const pauseMs = 1_000;
