import type { Database } from '../../database.js';
import { SourceError, TokenNotFoundError } from '../../errors.js';
import type { Position } from '../../ingest/batch.js';
import { createLease, type Lease } from '../../ingest/lease.js';
import type { Pipeline } from '../../ingest/pipeline.js';
import type { Part, Source } from '../../ingest/sources/source.js';
import { collectionOf } from '../../ingest/transaction.js';
import { errorText } from './error-text.js';
import { createFeedNote, type FeedNote } from './feed-note.js';
import type { FindOpenings } from './find-openings.js';
import { openedParts } from './opened-parts.js';
import type { PartPrices } from './part-prices.js';
import { createProgressMeter, type FeedProgress } from './progress.js';
import { type FeedStart, readStart } from './read-start.js';
import { readStored, readTrail } from './stored-rows.js';

/** Feeds one token from one source, by one process at a time. */
export interface TokenFeed {
  /**
   * Takes the token to the newest block of its source. What stands in the way is noted for status; it is thrown as well, except a reorg
   * that is too deep, which halts the token, and the ways of ending that `outcome` names. When it resolves the caches know everything.
   */
  advance(options: { signal: AbortSignal; onProgress?: (progress: FeedProgress) => void }): Promise<FeedResult>;
  /** Gives the lease back, so that another process can go on at once. */
  close(): Promise<void>;
}

/** What a run of a feed did. */
export interface FeedResult {
  /**
   * current: at the newest block · stopped by the signal · busy: another process feeds it · lost: another process took it over ·
   * halted: an operator has to look at it · gone: the token is not there.
   */
  readonly outcome: 'current' | 'stopped' | 'busy' | 'lost' | 'halted' | 'gone';
  /** New rows, and whether the token's epoch rose. */
  readonly rows: number;
  readonly changed: boolean;
  /** Where the checkpoint stands; null while there is none or it was not read. */
  readonly position: Position | null;
}

/** What a feed works with. */
export interface FeedDeps {
  readonly database: Database;
  readonly pipeline: Pick<Pipeline, 'commitAhead'>;
  readonly source: Source;
  readonly leaseMs: number;
  /** Where tokens have prices from; without it they have none. */
  readonly prices?: PartPrices | undefined;
  /** Balances before a token's first block, of a source that gives none itself. */
  readonly findOpenings?: FindOpenings | undefined;
}

/** Opens the feed of a token; nothing is asked before `advance`. */
export function openTokenFeed(deps: FeedDeps, tokenId: string): TokenFeed {
  const { database, source, leaseMs } = deps;
  const lease = createLease({ database, name: leaseName(tokenId), tokenId, lifeMs: leaseMs });
  const note = createFeedNote({ database, tokenId, source: source.name });

  return {
    advance: async ({ signal, onProgress }) => {
      const run: Run = { ...deps, tokenId, lease, note, signal, onProgress, rows: 0, changed: false, position: null };
      try {
        return await advance(run);
      } catch (error) {
        return await judge(run, error);
      }
    },
    close: () => lease.release(),
  };
}

/** Name of the lease on a token. */
export function leaseName(tokenId: string): string {
  return `token:${tokenId}`;
}

interface Run extends FeedDeps {
  readonly tokenId: string;
  readonly lease: Lease;
  readonly note: FeedNote;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: FeedProgress) => void) | undefined;
  rows: number;
  changed: boolean;
  position: Position | null;
  headBlock?: number | null;
}

async function advance(run: Run): Promise<FeedResult> {
  const { database, tokenId, source, lease, note, signal } = run;
  if (signal.aborted) return end(run, 'stopped');
  const fence = await lease.hold();
  if (fence === undefined) return end(run, 'busy');
  const start = await readStart(database, { tokenId, source: source.name });
  if (!start) return end(run, 'gone');
  note.know(start.feed);
  run.position = start.after;
  run.headBlock = start.feed?.headBlock ?? null;
  if (start.feed?.state === 'halted') return end(run, 'halted');

  // Reading a part may take longer than the lease lives.
  const heartbeat = setInterval(() => void lease.hold().catch(() => undefined), run.leaseMs / 3);
  try {
    return await takeParts(run, { start, fence });
  } finally {
    clearInterval(heartbeat);
  }
}

/** The next part is read while the caches are told of the one before. */
async function takeParts(run: Run, { start, fence }: { start: FeedStart; fence: number }): Promise<FeedResult> {
  const { database, tokenId, source, lease, signal, pipeline } = run;
  const meter = createProgressMeter({ tokenId, symbol: start.symbol });
  let published: Promise<unknown> = Promise.resolve();
  let isBackfill = start.after === null || start.feed?.state === 'backfilling';
  const parts = source.read({
    address: start.address,
    after: start.after,
    fromBlock: start.fromBlock,
    finalized: start.finalized,
    isOpened: start.isOpened,
    trail: (atOrBelow) => readTrail(database, { tokenId, atOrBelow }),
    stored: (fromBlock) => readStored(database, { tokenId, fromBlock }),
    signal,
  });
  const { symbol, priceSource: setting } = start;
  try {
    for await (const bare of opened(run, start, parts)) {
      if (signal.aborted) return end(run, 'stopped');
      if ((await lease.hold()) !== fence) return end(run, 'lost');
      const before = run.position?.blockNumber ?? null;
      const priced = { tokenId, symbol, address: start.address, setting, before, signal };
      const part = (await run.prices?.add(bare, priced)) ?? bare;
      const { added, told } = await commit(pipeline, run, { part, fence });
      published = Promise.all([published, told]);
      isBackfill = await report(run, { meter, part, before, added, isBackfill });
    }
    if (signal.aborted) return end(run, 'stopped');
    await run.note.write({ ...nothing, state: 'live', headBlock: run.headBlock ?? null });
    return end(run, 'current');
  } finally {
    await published;
  }
}

/** A token that begins later than its contract has balances from before; where nobody tells them, it is marked. */
function opened(run: Run, start: FeedStart, parts: AsyncIterable<Part>): AsyncIterable<Part> {
  const { findOpenings, signal, tokenId } = run;
  const { address, fromBlock, after, isOpened } = start;
  if (!findOpenings || after || isOpened || fromBlock === undefined) return parts;
  const mark = { $set: { openingsApproximate: true } };
  return openedParts(parts, {
    find: () => findOpenings({ address, fromBlock, signal }),
    onNone: () => collectionOf(run.database, 'tokens').updateOne({ _id: tokenId }, mark),
  });
}

async function commit(
  pipeline: FeedDeps['pipeline'],
  run: Run,
  { part, fence }: { part: Part; fence: number },
): Promise<{ added: number; told: Promise<void> }> {
  const { headBlock, ...batch } = part;
  const done = await pipeline.commitAhead({ ...batch, tokenId: run.tokenId, source: run.source.name, fence });
  const { checkpoint } = part;
  if (checkpoint && checkpoint.blockNumber !== null) {
    run.position = { blockNumber: checkpoint.blockNumber, blockHash: checkpoint.blockHash };
  }
  run.headBlock = headBlock ?? run.headBlock ?? null;
  run.rows += done.committed.added;
  run.changed ||= done.committed.added > 0 || part.rewindTo !== undefined || (part.prices?.length ?? 0) > 0;
  return { added: done.committed.added, told: done.published };
}

/** Tells how far it is; true while there is a long way to go. */
async function report(run: Run, { meter, part, before, added, isBackfill }: Reported): Promise<boolean> {
  const { position, headBlock } = run;
  if (!position || typeof headBlock !== 'number') return isBackfill;
  const progress = meter.take({ before, blockNumber: position.blockNumber, headBlock, added });
  run.onProgress?.(progress);
  const left = headBlock - position.blockNumber;
  const goesOn = left > 0 && (isBackfill || left > closeBlocks);
  const { rowsPerSecond, secondsLeft } = progress;
  if (goesOn) {
    await run.note.write({
      state: 'backfilling',
      headBlock: part.headBlock,
      lastError: null,
      rowsPerSecond,
      secondsLeft,
    });
  }
  return goesOn;
}

interface Reported {
  readonly meter: ReturnType<typeof createProgressMeter>;
  readonly part: Part;
  readonly before: number | null;
  readonly added: number;
  readonly isBackfill: boolean;
}

/** What an error of a run means. */
async function judge(run: Run, error: unknown): Promise<FeedResult> {
  if (error instanceof SourceError && error.code === 'LEASE_LOST') return end(run, 'lost');
  if (error instanceof TokenNotFoundError && !(await readStart(run.database, { ...run, source: run.source.name }))) {
    return end(run, 'gone');
  }
  if (run.signal.aborted) return end(run, 'stopped');
  const isHalt = error instanceof SourceError && error.code === 'REORG_TOO_DEEP';
  const word = { ...nothing, headBlock: run.headBlock ?? null, lastError: errorText(error) };
  // Where the database is what fails, it cannot be told either, and the error itself is what the caller has to know.
  const noted = run.note.write({ ...word, state: isHalt ? 'halted' : 'failing' });
  if (!isHalt) {
    await noted.catch(() => undefined);
    throw error;
  }
  await noted;
  return end(run, 'halted');
}

async function end(run: Run, outcome: FeedResult['outcome']): Promise<FeedResult> {
  // Whoever was overtaken begins anew: with the lease, if it can be had, and with the checkpoint as it stands.
  if (outcome === 'lost') await run.lease.release();
  return { outcome, rows: run.rows, changed: run.changed, position: run.position };
}

const nothing = { lastError: null, rowsPerSecond: null, secondsLeft: null } as const;

/** A token fewer blocks behind is called live. */
const closeBlocks = 100;
