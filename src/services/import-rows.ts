import type { Database } from '../database.js';
import { BadRowError } from '../errors.js';
import type { TransferInput } from '../ingest/batch.js';
import { checkpointId } from '../ingest/checkpoints.js';
import { createFileSource } from '../ingest/sources/file/file-source.js';
import { neverReplaced } from '../ingest/sources/never-replaced.js';
import type { Part, TokenFacts } from '../ingest/sources/source.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import type { ImportDeps } from './import-deps.js';
import type { Extras } from './import-extras.js';
import type { ImportRequest } from './import-request.js';
import { countRefused, type ImportSummary } from './import-summary.js';
import type { TokenWriter } from './token-writer.js';

/**
 * Second pass of an import: commits the sorted rows of each token part by part, and counts what became of them. The next part is written
 * while the caches are told of the one before; when this ends, also with an error, they know of everything that was committed.
 */
export async function commitRows(deps: ImportDeps, work: ImportWork): Promise<void> {
  const { heads, summary } = work;
  const total = heads.reduce((sum, { rowCount }) => sum + rowCount, 0);
  let done = 0;
  let published: Promise<unknown> = Promise.resolve();

  let current: TokenImport | undefined;
  try {
    for (const head of heads) {
      current = openTokenImport(deps, {
        ...{ ...work, head },
        onRows: (count) => {
          done += count;
          deps.onProgress?.({ phase: 'writing', done, total });
        },
        onPublish: (one) => {
          published = Promise.all([published, one]);
        },
      });
      await current.commitAll();
      const ended = current;
      current = undefined;
      await ended.finish();
    }
  } catch (error) {
    if (error instanceof BadRowError) countRefused(summary, error);
    if (error instanceof BadRowError || deps.signal?.aborted) await current?.tell();
    throw error;
  } finally {
    await published;
  }
}

/** What the second pass works on. */
export interface ImportWork {
  readonly request: ImportRequest;
  /** The tokens in the order in which their rows lie. */
  readonly heads: readonly ImportedToken[];
  readonly extras: Extras;
  readonly digest: string;
  readonly summary: ImportSummary;
}

/** A token of an import, and its rows in order, from the first one at each call. */
export interface ImportedToken {
  readonly address: string;
  readonly facts: TokenFacts;
  readonly lowestBlock: number;
  readonly rowCount: number;
  rows(): Iterable<TransferInput>;
  readonly writer: TokenWriter;
}

interface TokenWork extends ImportWork {
  readonly head: ImportedToken;
  readonly onRows: (count: number) => void;
  readonly onPublish: (published: Promise<void>) => void;
}

type TokenImport = ReturnType<typeof openTokenImport>;

function openTokenImport({ database, signal }: ImportDeps, work: TokenWork) {
  const { head, request, digest, summary, extras, onRows, onPublish } = work;
  const { address, writer } = head;
  const onBadRow = request.onError ?? 'stop';
  // A row that was skipped as bad lies before a checkpoint too: only an import that stops at bad rows may leave one and trust it.
  const resumable = onBadRow === 'stop';
  const checkpoints = collectionOf(database, 'checkpoints');
  const name = `file:${digest}`;
  const counts = { new: 0, known: 0 };
  const count = (added: number, known: number): void => {
    counts.new += added;
    counts.known += known;
    summary.new += added;
    summary.known += known;
  };
  const source = createFileSource({
    ...{ address, facts: head.facts, checkpoint: name, rows: head.rows, prices: extras.prices },
    openings: extras.openings && {
      blockNumber: request.openingBlock ?? head.lowestBlock,
      balances: extras.openings,
    },
    // Rows that an interrupted run of the same import has committed.
    onSkipped: (rows) => {
      count(0, rows);
      onRows(rows);
    },
  });
  const tell = async () => {
    const token = await collectionOf(database, 'tokens').findOne({ contractAddress: address });
    if (token) summary.tokens.push({ id: token._id, address, symbol: token.symbol, ...counts, epoch: token.epoch });
    return token;
  };
  const readStart = async () => {
    if (!resumable || writer.tokenId === undefined) return null;
    const found = await checkpoints.findOne({ _id: checkpointId(writer.tokenId, name) });
    return typeof found?.blockNumber === 'number' ? { blockNumber: found.blockNumber, blockHash: null } : null;
  };
  /**
   * Without `after`: two imports of the same files at once move the same checkpoint, and both are right. Without `asOf`: a token of files
   * is as far as its newest row that was good.
   */
  const commit = async ({ transfers, prices, openings, checkpoint }: Part): Promise<void> => {
    const { committed, published } = await writer.commitAhead({
      ...{ source: source.name, onBadRow },
      ...(transfers && { transfers }),
      ...(prices && { prices }),
      ...(openings && { openings }),
      ...(checkpoint && resumable && { checkpoint }),
    });
    onPublish(published);
    count(committed.added, committed.known);
    for (const error of committed.refused) countRefused(summary, error);
  };

  return {
    commitAll: async (): Promise<void> => {
      // A part is in order or the import is at its end: asked here, a signal that comes after the last part does not count as an interruption.
      const toTheEnd = new AbortController().signal;
      const after = await readStart();
      for await (const part of source.read({ address, after, ...neverReplaced, signal: toTheEnd })) {
        signal?.throwIfAborted();
        await commit(part);
        if (part.transfers) onRows(part.transfers.length);
      }
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
