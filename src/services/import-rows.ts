import type { Database } from '../database.js';
import { BadRowError } from '../errors.js';
import type { Batch, TransferInput } from '../ingest/batch.js';
import { checkpointId } from '../ingest/checkpoints.js';
import { inChunks } from '../ingest/chunks.js';
import type { SpooledFiles } from '../ingest/sources/file/spool-transfers.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import type { ImportDeps } from './import-deps.js';
import type { Extras } from './import-extras.js';
import type { ImportRequest } from './import-request.js';
import { countRefused, type ImportSummary } from './import-summary.js';
import type { TokenWriter } from './token-writer.js';

/**
 * Second pass of an import: commits the sorted rows of each token in batches, and counts what became of them. The next batch is written
 * while the caches are told of the one before; when this ends, also with an error, they know of everything that was committed.
 */
export async function commitRows(deps: ImportDeps, work: ImportWork): Promise<void> {
  const { request, spooled, heads, extras, digest, summary } = work;
  const rows = spooled.rows();
  const total = spooled.tokens.reduce((sum, token) => sum + token.rows, 0);
  let done = 0;
  let published: Promise<unknown> = Promise.resolve();
  const progress = (count: number): void => {
    done += count;
    deps.onProgress?.({ phase: 'writing', done, total });
  };

  let current: Awaited<ReturnType<typeof openTokenImport>> | undefined;
  try {
    let next = rows.next();
    for (const [number, head] of heads.entries()) {
      const token = await openTokenImport(deps, {
        ...{ head, request, digest, summary, extras },
        onPublish: (one) => {
          published = Promise.all([published, one]);
        },
      });
      current = token;
      let batch: TransferInput[] = [];
      for (; !next.done && next.value.token === number; next = rows.next()) {
        const { input } = next.value;
        // Copies of one event stay together: the checkpoint of a batch that was cut between them would vouch for both.
        if (batch.length >= rowsPerBatch && !isSameEvent(batch.at(-1), input)) {
          await token.commit({ transfers: batch });
          progress(batch.length);
          batch = [];
        }
        if (token.isDurable(input)) progress(1);
        else batch.push(input);
      }
      await token.commit({ transfers: batch });
      progress(batch.length);
      for (const prices of inChunks(extras.prices, rowsPerBatch)) await token.commit({ prices });
      current = undefined;
      await token.finish();
    }
  } catch (error) {
    if (error instanceof BadRowError) countRefused(summary, error);
    if (error instanceof BadRowError || deps.signal?.aborted) await current?.tell();
    throw error;
  } finally {
    // An abandoned generator would keep its files open.
    rows.return(undefined);
    await published;
  }
}

/** What the second pass works on. */
export interface ImportWork {
  readonly request: ImportRequest;
  readonly spooled: SpooledFiles;
  /** The tokens in the order of their numbers in the spool. */
  readonly heads: ReadonlyArray<{
    readonly address: string;
    readonly lowestBlock: number;
    readonly writer: TokenWriter;
  }>;
  readonly extras: Extras;
  readonly digest: string;
  readonly summary: ImportSummary;
}

/** Rows of one transaction: large enough to write a busy holder once for many transfers, small enough for little memory. */
const rowsPerBatch = 10_000;

function isSameEvent(a: TransferInput | undefined, b: TransferInput): boolean {
  return a?.blockNumber === b.blockNumber && a.logIndex === b.logIndex;
}

interface TokenWork extends Pick<ImportWork, 'request' | 'digest' | 'summary' | 'extras'> {
  readonly head: ImportWork['heads'][number];
  readonly onPublish: (published: Promise<void>) => void;
}

async function openTokenImport({ database, signal }: ImportDeps, work: TokenWork) {
  const { head, request, digest, summary, extras, onPublish } = work;
  const { address, lowestBlock, writer } = head;
  const name = `file:${digest}`;
  const onBadRow = request.onError ?? 'stop';
  const checkpoints = collectionOf(database, 'checkpoints');
  let openings: Batch['openings'] = extras.openings && {
    blockNumber: request.openingBlock ?? lowestBlock,
    balances: extras.openings,
  };
  // A row that was skipped as bad lies before a checkpoint too: only an import that stops at bad rows may leave one and trust it.
  const resumable = onBadRow === 'stop';
  const found =
    resumable && writer.tokenId ? await checkpoints.findOne({ _id: checkpointId(writer.tokenId, name) }) : null;
  const durable =
    typeof found?.blockNumber === 'number'
      ? { blockNumber: found.blockNumber, logIndex: found.logIndex ?? -1 }
      : undefined;
  const counts = { new: 0, known: 0 };
  const tell = async () => {
    const token = await collectionOf(database, 'tokens').findOne({ contractAddress: address });
    if (token) summary.tokens.push({ id: token._id, address, symbol: token.symbol, ...counts, epoch: token.epoch });
    return token;
  };

  return {
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
      const { committed, published } = await writer.commitAhead({
        source: 'file',
        ...rows,
        ...(openings ? { openings } : {}),
        ...(last && resumable
          ? { checkpoint: { name, blockNumber: last.blockNumber, blockHash: null, logIndex: last.logIndex } }
          : {}),
        onBadRow,
      });
      onPublish(published);
      openings = undefined;
      counts.new += committed.added;
      counts.known += committed.known;
      summary.new += committed.added;
      summary.known += committed.known;
      for (const error of committed.refused) countRefused(summary, error);
    },
    /** The checkpoint has served: kept longer, it would hide rows that went missing from a later import of the same file. */
    finish: async (): Promise<void> => {
      const { tokenId } = writer;
      if (tokenId === undefined) return;
      await checkpoints.deleteOne({ _id: checkpointId(tokenId, name) });
      const token = await tell();
      if (token && token.totals.negativeBalanceCount > 0) summary.notices.push(await tellMissing(database, token));
    },
    /** Puts the token into the summary as far as it came; for an import that ends before `finish`. */
    tell,
  };
}

async function tellMissing(database: Database, { _id, symbol, totals }: Stored<'tokens'>): Promise<string> {
  const [oldest] = await collectionOf(database, 'transactionActivity')
    .find({ tokenId: _id }, { projection: { blockNumber: 1 }, sort: { blockNumber: 1 }, limit: 1 })
    .toArray();
  return `${symbol}: ${totals.negativeBalanceCount} addresses came out below 0, so transfers are missing, before block ${oldest?.blockNumber} (the first one stored) or later; give --opening-balances FILE or the missing transfers.`;
}
