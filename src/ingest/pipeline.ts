import { LRUCache } from 'lru-cache';
import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import type { Batch, Committed } from './batch.js';
import { commitBatch } from './commit-batch.js';
import type { TokenSums } from './token-sums.js';
import { inTransaction } from './transaction.js';

/** The one way by which rows get into the database. */
export interface Pipeline {
  /**
   * Takes in a batch: rows, rollups, holders, totals, checkpoint and epoch in one transaction, then tells the caches.
   * Rows may come in any order, in parts, twice, or from several pipelines at once; rollups always equal a recomputation.
   * Throws BadRowError (nothing of the batch is left), TokenNotFoundError, BadUserInputError.
   */
  commit(batch: Batch): Promise<Committed>;
}

/** Makes a pipeline. Batches of one token run one after another. */
export function createPipeline({ database, publisher }: { database: Database; publisher: EpochPublisher }): Pipeline {
  const remembered = new LRUCache<string, TokenSums>({ max: rememberedTokens });
  const lastOf = new Map<string, Promise<unknown>>();

  const run = async (batch: Batch): Promise<Committed> => {
    // An attempt changes what is remembered, so only the first may use it, and only success gives it back.
    let known = remembered.get(batch.tokenId);
    remembered.delete(batch.tokenId);
    const outcome = await inTransaction(database, (unit) => {
      const usable = known;
      known = undefined;
      return commitBatch(unit, batch, usable);
    });
    const committedAt = Date.now();
    remembered.set(batch.tokenId, outcome.sums);
    const { raised, asOf, ...committed } = outcome.result;
    const { tokenId } = batch;
    if (raised) await publisher.publishToken({ tokenId, epoch: committed.epoch, committedAt });
    else if (batch.asOf) await publisher.refreshToken(tokenId, { ...asOf, epoch: committed.epoch });
    return committed;
  };

  return {
    commit: async (batch) => {
      const earlier = lastOf.get(batch.tokenId);
      const own = (earlier ?? Promise.resolve()).then(
        () => run(batch),
        () => run(batch),
      );
      lastOf.set(batch.tokenId, own);
      try {
        return await own;
      } finally {
        if (lastOf.get(batch.tokenId) === own) lastOf.delete(batch.tokenId);
      }
    },
  };
}

const rememberedTokens = 16;
