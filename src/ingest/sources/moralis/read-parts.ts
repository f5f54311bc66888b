import type { AsOf, CheckpointInput, Position, TransferInput } from '../../batch.js';
import type { Part, ReadRequest } from '../source.js';
import { type ChainCalls, confirmationBlocks, type MoralisHead } from './chain-calls.js';
import { type Changes, findChanges } from './find-changes.js';
import { type OpeningDeps, readOpenings } from './read-openings.js';
import { type Stretch, type WalkRequest, walkTransfers } from './transfer-walk.js';

/**
 * The parts of a token behind its checkpoint. Blocks that could still be replaced when they were taken in are read again and compared with
 * what is stored; a difference becomes a rewind to the block before it, and all that stands above comes anew in the same part.
 */
export async function* readParts({ request, ...deps }: Reading): AsyncGenerator<Part> {
  const { chain } = deps;
  const { address, fromBlock = 0, isOpened = false, signal } = request;
  const head = await chain.head(signal);
  const headBlock = head.blockNumber;
  let stand = request.after;
  // A provider that is behind what it said before knows nothing new.
  if (headBlock < (stand?.blockNumber ?? fromBlock)) return;
  const settled = stand ? settledBlock(stand, request.finalized) : fromBlock - 1;
  let walked: readonly Stretch[] | undefined;
  if (!stand && fromBlock > 0 && !isOpened) {
    const opened = { blockNumber: settled, blockHash: null };
    const { openings, stretches } = await readOpenings(deps, { address, fromBlock, head, signal });
    walked = stretches;
    yield { openings, headBlock, after: null, chainSupply: null, checkpoint: checkpointAt(opened, settled) };
    stand = opened;
  }

  const range = {
    address,
    fromBlock: settled + 1,
    toBlock: headBlock,
    finalizedBlock: head.finalizedBlock ?? 0,
    signal,
  };
  let isCompared = stand === null || settled >= stand.blockNumber;
  let rows: TransferInput[] = [];
  let rewindTo: number | undefined;
  let isFull = settled;
  for await (const stretch of walked ?? walkTransfers(chain, range)) {
    rows.push(...stretch.rows);
    const reached = stand?.blockNumber ?? -1;
    if (!isCompared && stretch.through < reached) continue;
    if (!isCompared) {
      isCompared = true;
      const changes = await compare({ chain, request, range: { ...range, toBlock: reached }, rows });
      rewindTo = changes.rewindTo;
      rows = [...changes.rows, ...rows.filter(({ blockNumber }) => blockNumber > reached)];
    }
    const last = rows.at(-1);
    const isEnd = stretch.through >= headBlock;
    if (!isEnd && (!last || last.blockNumber <= reached)) continue;
    // Nothing has happened since.
    if (isEnd && rows.length === 0 && rewindTo === undefined && reached === headBlock) return;
    const asOf = isEnd || !last ? head : asOfRow(last, head);
    const position = { blockNumber: asOf.blockNumber, blockHash: asOf.hash };
    // Of the last page nobody can tell whether it is whole: the next sync reads it again, then it was seen twice.
    const seen = isEnd ? Math.max(isFull, reached) : asOf.blockNumber;
    const checkpoint = checkpointAt(position, Math.min(seen, asOf.finalizedBlock ?? 0));
    const rewind = rewindTo === undefined ? {} : { rewindTo };
    yield { ...rewind, after: stand, transfers: rows, asOf, chainSupply: null, headBlock, checkpoint };
    stand = position;
    rows = [];
    rewindTo = undefined;
    isFull = stretch.through;
  }
}

/** What reading needs. */
export interface Reading extends OpeningDeps {
  readonly request: ReadRequest;
}

/** Newest block of a checkpoint that needs no second look. */
function settledBlock({ blockNumber }: Position, finalized: Position | null): number {
  return Math.max(-1, Math.min(blockNumber, finalized?.blockNumber ?? blockNumber - confirmationBlocks));
}

/** Compares the blocks of the range with the rows that have been read of them, and of later ones. */
function compare({ chain, request, range, rows }: Comparing): Promise<Changes> {
  const isInRange = ({ blockNumber }: { blockNumber: number }): boolean => blockNumber <= range.toBlock;
  return findChanges({
    stored: filtered(request.stored(range.fromBlock), isInRange),
    rows: rows.filter(isInRange),
    finalizedBlock: range.toBlock - confirmationBlocks,
    readAgain: async () => {
      const again: TransferInput[] = [];
      for await (const stretch of walkTransfers(chain, range)) again.push(...stretch.rows);
      return again;
    },
  });
}

interface Comparing {
  readonly chain: ChainCalls;
  readonly request: ReadRequest;
  readonly range: WalkRequest;
  readonly rows: readonly TransferInput[];
}

async function* filtered<T>(all: AsyncIterable<T>, isWanted: (one: T) => boolean): AsyncGenerator<T> {
  for await (const one of all) if (isWanted(one)) yield one;
}

function asOfRow({ blockNumber, timestamp, blockHash }: TransferInput, { finalizedBlock }: MoralisHead): AsOf {
  const finalized = finalizedBlock === null ? null : Math.min(finalizedBlock, blockNumber);
  return { blockNumber, time: timestamp, hash: blockHash, finalizedBlock: finalized };
}

function checkpointAt(position: Position, settled: number): CheckpointInput {
  const finalized = { blockNumber: Math.max(0, settled), blockHash: null };
  return { name: 'moralis', ...position, logIndex: null, finalized };
}
