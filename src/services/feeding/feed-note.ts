import type { Database } from '../../database.js';
import type { SourceName } from '../../ingest/batch.js';
import { checkpointId } from '../../ingest/checkpoints.js';
import { collectionOf, inTransaction } from '../../ingest/transaction.js';
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
      if (matchedCount === 0) await writeFirst(database, { tokenId, source, word });
      known = word;
    },
  };
}

/**
 * Makes the row of a token that has none. Raising the epoch meets a deletion of the token: of the two one comes first, so a token that is
 * gone never gets a row that nobody would remove. No cached value changes with it, so nobody has to be told.
 */
async function writeFirst(database: Pick<Database, 'connection'>, { tokenId, source, word }: FirstNote): Promise<void> {
  await inTransaction(database, async ({ session, collection }) => {
    const raised = await collection('tokens').updateOne({ _id: tokenId }, { $inc: { epoch: 1 } }, { session });
    if (raised.matchedCount === 0) return;
    const fresh = { tokenId, source, blockNumber: null, blockHash: null, logIndex: null, updatedAt: new Date() };
    const change = { $set: { feed: word }, $setOnInsert: fresh };
    await collection('checkpoints').updateOne({ _id: checkpointId(tokenId, source) }, change, {
      session,
      upsert: true,
    });
  });
}

interface FirstNote {
  readonly tokenId: string;
  readonly source: SourceName;
  readonly word: FeedWord;
}

const pauseMs = 1_000;
