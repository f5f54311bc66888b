import { LRUCache } from 'lru-cache';
import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import type { Batch, Committed } from './batch.js';
import { throwConflict } from './catalogue.js';
import { type CommitOutcome, commitBatch } from './commit-batch.js';
import type { TokenSums } from './token-sums.js';
import { inTransaction } from './transaction.js';

/** The one way by which rows get into the database. */
export interface Pipeline {
  /**
   * Takes in a batch: rows, rollups, holders, totals, checkpoint and epoch in one transaction, then tells the caches.
   * Rows may come in any order, in parts, twice, or from several pipelines at once; rollups always equal a recomputation.
   * A batch may undo the blocks of a reorg first; the data is then as if these had never been.
   * Throws, and leaves nothing of the batch: BadRowError, TokenNotFoundError, TokenConflictError (of a new token), BadUserInputError,
   * SourceError (LEASE_LOST when another writer was faster, REORG_TOO_DEEP).
   */
  commit(batch: Batch): Promise<Committed>;
  /**
   * The same, resolved when the transaction is over. A caller with more batches goes on while the caches are told, which takes seconds
   * when they are away; it must await `published`, which never rejects, before it reports success.
   */
  commitAhead(batch: Batch): Promise<{ readonly committed: Committed; readonly published: Promise<void> }>;
}

/** Makes a pipeline. Batches of one token run one after another. */
export function createPipeline({ database, publisher }: { database: Database; publisher: EpochPublisher }): Pipeline {
  const remembered = new LRUCache<string, TokenSums>({ max: rememberedTokens });
  const lastOf = new Map<string, Promise<unknown>>();

  const run = async (batch: Batch): Promise<Ran> => {
    // An attempt changes what is remembered, so only the first may use it, and only success gives it back.
    let known = remembered.get(batch.tokenId);
    remembered.delete(batch.tokenId);
    const outcome = await inTransaction(database, (unit) => {
      const usable = known;
      known = undefined;
      return commitBatch(unit, batch, usable);
    }).catch(throwConflict);
    remembered.set(batch.tokenId, outcome.sums);
    return { outcome, committedAt: Date.now() };
  };

  const publish = async ({ tokenId, newToken, ...batch }: Batch, { outcome, committedAt }: Ran): Promise<void> => {
    const { raised, asOf, epoch, catalogueEpoch } = outcome.result;
    if (raised || newToken) {
      await Promise.all([
        publisher.publishToken({ tokenId, epoch, committedAt }),
        catalogueEpoch && publisher.publishCatalogue({ epoch: catalogueEpoch, committedAt }),
      ]);
    } else if (batch.asOf) await publisher.refreshToken(tokenId, { ...asOf, epoch });
  };

  const commitAhead: Pipeline['commitAhead'] = async (batch) => {
    const earlier = lastOf.get(batch.tokenId);
    const own = (earlier ?? Promise.resolve()).then(
      () => run(batch),
      () => run(batch),
    );
    lastOf.set(batch.tokenId, own);
    try {
      const ran = await own;
      const { added, known, refused, epoch } = ran.outcome.result;
      return { committed: { added, known, refused, epoch }, published: publish(batch, ran) };
    } finally {
      if (lastOf.get(batch.tokenId) === own) lastOf.delete(batch.tokenId);
    }
  };

  return {
    commitAhead,
    commit: async (batch) => {
      const { committed, published } = await commitAhead(batch);
      await published;
      return committed;
    },
  };
}

interface Ran {
  readonly outcome: CommitOutcome;
  readonly committedAt: number;
}

const rememberedTokens = 16;
