import type { TransferInput } from '../../batch.js';

/** Rows in order, and the block up to which everything has been given with them. */
export interface RowsOfBlocks {
  readonly rows: TransferInput[];
  readonly doneBlock: number;
}

/**
 * Cuts sorted rows into parts of at most `size` that end with a block. Only a block that is larger by itself is given in pieces: none of
 * them but the last counts as the end of the block, and copies of one event stay in one piece, whatever their number.
 */
export function* wholeBlocks(rows: Iterable<TransferInput>, size: number): Generator<RowsOfBlocks> {
  let part: TransferInput[] = [];
  let start = 0;
  for (const row of rows) {
    const last = part.at(-1);
    const opensBlock = last?.blockNumber !== row.blockNumber;
    if (last && part.length >= size) {
      if (opensBlock) {
        yield { rows: part, doneBlock: last.blockNumber };
        part = [];
      } else if (start > 0) {
        yield { rows: part.slice(0, start), doneBlock: part[start - 1]?.blockNumber ?? last.blockNumber - 1 };
        part = part.slice(start);
        start = 0;
      } else if (last.logIndex !== row.logIndex) {
        yield { rows: part, doneBlock: last.blockNumber - 1 };
        part = [];
      }
    }
    if (opensBlock) start = part.length;
    part.push(row);
  }
  const last = part.at(-1);
  if (last) yield { rows: part, doneBlock: last.blockNumber };
}
