import type { Database } from '../database.js';
import type { Batch, Position } from './batch.js';
import { collectionOf, type Stored } from './transaction.js';

/**
 * Cuts a batch that undoes more rows than one transaction should: first the token goes back to a block above the wanted one, as it was
 * when that block had just been read; `rest` goes on from there and may be cut again. undefined where the batch is fit as it is. What a
 * crash leaves between the two is a true earlier state, with the checkpoint on a block by which the reorg is found again.
 */
export async function cutRewind(
  database: Pick<Database, 'connection'>,
  batch: Batch,
  mostRows: number = mostUndoneRows,
): Promise<{ readonly first: Batch; readonly rest: Batch } | undefined> {
  const { rewindTo } = batch;
  if (rewindTo === undefined) return undefined;
  const stay = await findStay(database, { ...batch, rewindTo, mostRows });
  if (!stay) return undefined;
  const { tokenId, source, after, fence, asOf, chainSupply, checkpoint } = batch;
  const at: Position = { blockNumber: stay.blockNumber, blockHash: stay.blockHash };
  const first: Batch = {
    tokenId,
    source,
    rewindTo: stay.blockNumber,
    ...(after === undefined ? {} : { after }),
    ...(fence === undefined ? {} : { fence }),
    ...(asOf && {
      asOf: {
        blockNumber: stay.blockNumber,
        time: stay.timestamp.getTime(),
        hash: stay.blockHash,
        // That block was never said to be the newest with any other one final; what is final already stays so.
        finalizedBlock: null,
      },
    }),
    ...(chainSupply === undefined ? {} : { chainSupply: null }),
    ...(checkpoint && { checkpoint: { name: checkpoint.name, ...at, logIndex: null } }),
  };
  return { first, rest: after === undefined ? batch : { ...batch, after: at } };
}

/** Rows that one transaction undoes in a few seconds. */
const mostUndoneRows = 30_000;

/** A row of the block to go back to first: of those above the wanted one, the highest that leaves no more than `mostRows` rows to undo. */
async function findStay(
  database: Pick<Database, 'connection'>,
  { tokenId, rewindTo, mostRows }: { tokenId: string; rewindTo: number; mostRows: number },
): Promise<Stay | undefined> {
  const token = await collectionOf(database, 'tokens').findOne(
    { _id: tokenId },
    { projection: { finalizedBlock: 1, 'totals.transferRows': 1 } },
  );
  if (!token || token.totals.transferRows <= mostRows) return undefined;
  // The batch itself says that it reaches too deep, before anything was changed.
  if (token.finalizedBlock !== null && rewindTo < token.finalizedBlock) return undefined;
  const nth = async (skip: number, blockNumber: object, more: object = {}): Promise<Stay | undefined> => {
    const rows = collectionOf(database, 'transactionActivity').find(
      { tokenId, blockNumber, ...more },
      { projection: stayFields, sort: { blockNumber: -1, logIndex: -1 }, skip, limit: 1 },
    );
    return (await rows.toArray())[0];
  };
  const excess = await nth(mostRows, { $gt: rewindTo });
  if (!excess) return undefined;
  const newest = await nth(0, { $gt: rewindTo });
  // A block is undone as a whole, however many rows it has.
  const highest = excess.blockNumber === newest?.blockNumber ? excess.blockNumber - 1 : excess.blockNumber;
  return nth(0, { $gt: rewindTo, $lte: highest }, { blockHash: { $ne: null } });
}

const stayFields = { blockNumber: 1, blockHash: 1, timestamp: 1 } as const;
type Stay = Pick<Stored<'transactionActivity'>, keyof typeof stayFields>;
