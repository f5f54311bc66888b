import type { Stored, Unit } from './transaction.js';
import type { TransferRow } from './transfer-row.js';

/** Where a row stands and when it happened. */
export type Moment = Pick<TransferRow, 'blockNumber' | 'timestamp'>;

/**
 * Whether times still rise with blocks once the new rows are there. Rows above the newest stored one are compared with that alone;
 * others with the stored rows among which they come to stand and their two neighbours, unless these are too many to look at.
 */
export async function keepsTimeOrder(
  unit: Unit,
  { token, fresh, newest, mostRows = mostLookedAt }: NewRows,
): Promise<boolean> {
  if (token.timesInOrder !== true && token.totals.transferRows > 0) return false;
  const sorted = [...fresh].sort(byBlock);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || !newest) return isInOrder(sorted);
  if (first.blockNumber >= newest.blockNumber) return isInOrder([newest, ...sorted]);
  if (!isInOrder(sorted)) return false;
  const stored = await readStored(unit, token._id, { first: first.blockNumber, last: last.blockNumber, mostRows });
  return stored !== undefined && isInOrder([...stored, ...sorted].sort(byBlock));
}

interface NewRows {
  readonly token: Stored<'tokens'>;
  readonly fresh: readonly Moment[];
  /** The stored row of the highest block. */
  readonly newest: Moment | undefined;
  readonly mostRows?: number;
}

/** A batch that comes to stand among more rows costs less as one after which windows of times are read with more care. */
const mostLookedAt = 20_000;

/** Follows rows that come in the order of time, and says in the end whether their blocks rose as well. */
export function createOrderCheck(): { see(row: Moment): void; isInOrder(): boolean } {
  // Rows of one time come in any order, so a block counts for those of later times only.
  let [time, highest, highestBefore, inOrder] = [Number.NEGATIVE_INFINITY, -1, -1, true];
  return {
    see: ({ blockNumber, timestamp }) => {
      if (timestamp.getTime() !== time) [time, highestBefore] = [timestamp.getTime(), highest];
      if (blockNumber <= highestBefore) inOrder = false;
      highest = Math.max(highest, blockNumber);
    },
    isInOrder: () => inOrder,
  };
}

/** The stored rows of the blocks and the nearest row on either side; undefined when there are too many. */
async function readStored(
  { session, collection }: Unit,
  tokenId: string,
  blocks: { first: number; last: number; mostRows: number },
) {
  const read = (blockNumber: object, direction: 1 | -1, limit: number) =>
    collection('transactionActivity')
      .find(
        { tokenId, blockNumber },
        {
          session,
          projection: { _id: 0, blockNumber: 1, timestamp: 1 },
          sort: { blockNumber: direction, logIndex: direction },
          limit,
          batchSize: limit + 1,
        },
      )
      .toArray();
  const among = await read({ $gte: blocks.first, $lte: blocks.last }, 1, blocks.mostRows + 1);
  if (among.length > blocks.mostRows) return undefined;
  return [...(await read({ $lt: blocks.first }, -1, 1)), ...among, ...(await read({ $gt: blocks.last }, 1, 1))];
}

function isInOrder(rows: readonly Moment[]): boolean {
  return rows.every((row, i) => i === 0 || (rows[i - 1]?.timestamp ?? row.timestamp) <= row.timestamp);
}

const byBlock = (a: Moment, b: Moment): number => a.blockNumber - b.blockNumber;
