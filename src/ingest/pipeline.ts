import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import type { Batch, Committed } from './batch.js';
import { throwConflict } from './catalogue.js';
import { type CommitOutcome, commitBatch } from './commit-batch.js';
import { cutRewind } from './cut-rewind.js';
import { createSumsMemory } from './sums-memory.js';
import { inTransaction } from './transaction.js';

/** The one way by which rows get into the database. */
export interface Pipeline {
  /**
   * Takes in a batch: rows, rollups, holders, totals, checkpoint and epoch in one transaction, then tells the caches.
   * Rows may come in any order, in parts, twice, or from several pipelines at once; rollups always equal a recomputation.
   * A batch may undo the blocks of a reorg first; the data is then as if these had never been. Where that is too much for one transaction,
   * earlier ones take the token back step by step, each to a state that it has been in; they stay when the batch itself fails.
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
export function createPipeline({ database, publisher, mostUndoneRows, mostRemembered }: PipelineDeps): Pipeline {
  const remembered = createSumsMemory(mostRemembered);
  const lastOf = new Map<string, Promise<unknown>>();

  const runOne = async (batch: Batch): Promise<Ran> => {
    // An attempt changes what is remembered, so only the first may use it, and only success gives it back.
    let known = remembered.take(batch.tokenId);
    const outcome = await inTransaction(database, (unit) => {
      const usable = known;
      known = undefined;
      return commitBatch(unit, batch, usable);
    }).catch(throwConflict);
    remembered.keep(batch.tokenId, outcome.sums);
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

  const run = async (batch: Batch) => {
    const told: Array<Promise<void>> = [];
    try {
      let rest = batch;
      for (let cut = await cutRewind(database, rest, mostUndoneRows); cut; ) {
        told.push(publish(cut.first, await runOne(cut.first)));
        rest = cut.rest;
        cut = await cutRewind(database, rest, mostUndoneRows);
      }
      const last = await runOne(rest);
      return {
        result: last.outcome.result,
        published: Promise.all([...told, publish(rest, last)]).then(() => undefined),
      };
    } catch (error) {
      await Promise.all(told);
      throw error;
    }
  };

  const commitAhead: Pipeline['commitAhead'] = async (batch) => {
    const earlier = lastOf.get(batch.tokenId);
    const own = (earlier ?? Promise.resolve()).then(
      () => run(batch),
      () => run(batch),
    );
    lastOf.set(batch.tokenId, own);
    try {
      const { result, published } = await own;
      const { added, known, refused, epoch } = result;
      return { committed: { added, known, refused, epoch }, published };
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

/** What a pipeline works with, and its bounds. */
export interface PipelineDeps {
  readonly database: Database;
  readonly publisher: EpochPublisher;
  /** Rows that one transaction may undo. */
  readonly mostUndoneRows?: number | undefined;
  /** Names (hashes, addresses, holders) remembered between batches, over all tokens. */
  readonly mostRemembered?: number | undefined;
}

interface Ran {
  readonly outcome: CommitOutcome;
  readonly committedAt: number;
}
