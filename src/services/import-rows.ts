import type { Batch, TransferInput } from '../ingest/batch.js';
import { inChunks } from '../ingest/chunks.js';
import type { SpooledFiles } from '../ingest/sources/file/spool-transfers.js';
import { checkpointId } from '../ingest/token-head.js';
import { collectionOf } from '../ingest/transaction.js';
import type { ImportRequest } from './import-request.js';
import type { Extras, ImportDeps, ImportSummary } from './import-service.js';

/** Second pass of an import: commits the sorted rows of each token in batches, and counts what became of them. */
export async function commitRows(deps: ImportDeps, work: ImportWork): Promise<void> {
  const { request, spooled, heads, extras, digest, summary } = work;
  const rows = spooled.rows();
  let next = rows.next();
  let done = 0;
  const total = spooled.tokens.reduce((sum, token) => sum + token.rows, 0);
  const progress = (count: number): void => {
    done += count;
    deps.onProgress?.({ phase: 'writing', done, total });
  };

  for (const [number, head] of heads.entries()) {
    const token = createTokenImport(deps, { head, request, digest, summary });
    await token.start(extras);
    let batch: TransferInput[] = [];
    for (; !next.done && next.value.token === number; next = rows.next()) {
      if (token.isDurable(next.value.input)) progress(1);
      else batch.push(next.value.input);
      if (batch.length < rowsPerBatch) continue;
      await token.commit({ transfers: batch });
      progress(batch.length);
      batch = [];
    }
    await token.commit({ transfers: batch });
    progress(batch.length);
    for (const prices of inChunks(extras.prices, rowsPerBatch)) await token.commit({ prices });
    await token.finish();
  }
}

/** What the second pass works on. */
export interface ImportWork {
  readonly request: ImportRequest;
  readonly spooled: SpooledFiles;
  readonly heads: ReadonlyArray<{ readonly tokenId: string; readonly address: string; readonly lowestBlock: number }>;
  readonly extras: Extras;
  readonly digest: string;
  readonly summary: ImportSummary;
}

/** Rows of one transaction: large enough to write a busy holder once for many transfers, small enough for little memory. */
const rowsPerBatch = 10_000;

interface TokenWork extends Pick<ImportWork, 'request' | 'digest' | 'summary'> {
  readonly head: ImportWork['heads'][number];
}

function createTokenImport({ database, pipeline, signal }: ImportDeps, { head, request, digest, summary }: TokenWork) {
  const { tokenId, address, lowestBlock } = head;
  const name = `file:${digest}`;
  const onBadRow = request.onError ?? 'stop';
  const checkpoints = collectionOf(database, 'checkpoints');
  let openings: Batch['openings'];
  let durable: { blockNumber: number; logIndex: number } | undefined;
  const counts = { new: 0, known: 0 };

  return {
    start: async (extras: Extras): Promise<void> => {
      if (extras.openings) {
        openings = { blockNumber: request.openingBlock ?? lowestBlock, balances: extras.openings };
      }
      // A row that was skipped as bad lies before a checkpoint too: only an import that stops at bad rows may trust it.
      const found = onBadRow === 'stop' ? await checkpoints.findOne({ _id: checkpointId(tokenId, name) }) : null;
      if (typeof found?.blockNumber === 'number') {
        durable = { blockNumber: found.blockNumber, logIndex: found.logIndex ?? -1 };
      }
    },
    /** True for a row that an interrupted run of the same import has committed. */
    isDurable: ({ blockNumber, logIndex }: TransferInput): boolean => {
      if (!durable || blockNumber > durable.blockNumber) return false;
      if (blockNumber === durable.blockNumber && logIndex > durable.logIndex) return false;
      counts.known += 1;
      summary.known += 1;
      return true;
    },
    commit: async (rows: Pick<Batch, 'transfers' | 'prices'>): Promise<void> => {
      signal?.throwIfAborted();
      const last = rows.transfers?.at(-1);
      if (!last && !openings && !rows.prices) return;
      const checkpoint = last && { name, blockNumber: last.blockNumber, blockHash: null, logIndex: last.logIndex };
      const done = await pipeline.commit({
        tokenId,
        source: 'file',
        ...rows,
        ...(openings ? { openings } : {}),
        ...(checkpoint ? { checkpoint } : {}),
        onBadRow,
      });
      openings = undefined;
      counts.new += done.added;
      counts.known += done.known;
      summary.new += done.added;
      summary.known += done.known;
      summary.refused += done.refused.length;
      for (const { message } of done.refused) if (summary.refusedRows.length < 20) summary.refusedRows.push(message);
    },
    /** The checkpoint has served: kept longer, it would hide rows that went missing from a later import of the same file. */
    finish: async (): Promise<void> => {
      await checkpoints.deleteOne({ _id: checkpointId(tokenId, name) });
      const token = await collectionOf(database, 'tokens').findOne({ _id: tokenId });
      if (!token) return;
      summary.tokens.push({ id: tokenId, address, symbol: token.symbol, ...counts, epoch: token.epoch });
      const { negativeBalanceCount } = token.totals;
      if (negativeBalanceCount === 0) return;
      summary.notices.push(
        `${token.symbol}: ${negativeBalanceCount} addresses came out below 0, so transfers before block ${lowestBlock} are missing; give --opening-balances FILE or the earlier transfers.`,
      );
    },
  };
}
