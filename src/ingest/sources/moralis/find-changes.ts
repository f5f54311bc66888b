import type { TransferInput } from '../../batch.js';
import type { StoredTransfer } from '../source.js';
import { sameTransfer } from './same-transfer.js';
import { keyOf } from './transfer-walk.js';

/** What has to happen to the stored rows of some blocks so that they are what the chain has there. */
export interface Changes {
  /** Rows above this block are undone first; absent where none has to go. */
  readonly rewindTo?: number;
  /** What is to be taken in then: rows that came late, and all rows above the rewind. */
  readonly rows: readonly TransferInput[];
}

/**
 * Compares stored rows with what Moralis says of the same blocks now. One answer that lacks a row or has another one proves nothing, since
 * Moralis leaves out rows that it brings a moment later: a difference counts when it is seen again.
 */
export async function findChanges({ stored, rows, finalizedBlock, readAgain }: Comparison): Promise<Changes> {
  const before = new Map<string, StoredTransfer>();
  for await (const row of stored) before.set(keyOf(row), row);
  const first = new Map(rows.map((row) => [keyOf(row), row]));
  if (lowestDifference(before, first, finalizedBlock) === undefined) return toChanges(before, first, finalizedBlock);
  const confirmed = [...first].filter(([key, row]) => isStored(before, key, row));
  const second = (await readAgain()).map((row) => [keyOf(row), row] as const);
  return toChanges(before, new Map([...confirmed, ...second]), finalizedBlock);
}

interface Comparison {
  readonly stored: AsyncIterable<StoredTransfer>;
  readonly rows: readonly TransferInput[];
  /** No reorg takes rows of this block and below away: one that is missing there is only left out. */
  readonly finalizedBlock: number;
  readAgain(): Promise<readonly TransferInput[]>;
}

type Stored = ReadonlyMap<string, StoredTransfer>;
type Said = ReadonlyMap<string, TransferInput>;

function isStored(before: Stored, key: string, row: TransferInput): boolean {
  const stored = before.get(key);
  return stored !== undefined && sameTransfer(stored, row);
}

/** Lowest block with a stored row that is not there any more, or is another one now. */
function lowestDifference(before: Stored, now: Said, finalizedBlock: number): number | undefined {
  let lowest: number | undefined;
  for (const [key, { blockNumber }] of before) {
    const row = now.get(key);
    if (row ? isStored(before, key, row) : blockNumber <= finalizedBlock) continue;
    lowest = Math.min(lowest ?? blockNumber, blockNumber);
  }
  return lowest;
}

function toChanges(before: Stored, now: Said, finalizedBlock: number): Changes {
  const lowest = lowestDifference(before, now, finalizedBlock);
  const rewindTo = lowest === undefined ? Number.POSITIVE_INFINITY : lowest - 1;
  const rows = [...now]
    .filter(([key, row]) => row.blockNumber > rewindTo || !isStored(before, key, row))
    .map(([, row]) => row)
    .sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  return lowest === undefined ? { rows } : { rewindTo, rows };
}
