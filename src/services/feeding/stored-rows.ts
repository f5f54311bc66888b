import type { Database } from '../../database.js';
import type { Position } from '../../ingest/batch.js';
import type { StoredTransfer } from '../../ingest/sources/source.js';
import { collectionOf } from '../../ingest/transaction.js';
import { decodeAmount } from '../../models/amount.js';

/** Blocks with stored rows at or below a block, newest first, each once; rows without a hash are left out. */
export async function* readTrail(
  database: Pick<Database, 'connection'>,
  { tokenId, atOrBelow }: { tokenId: string; atOrBelow: number },
): AsyncGenerator<Position> {
  const rows = collectionOf(database, 'transactionActivity').find(
    { tokenId, blockNumber: { $lte: atOrBelow } },
    { sort: { blockNumber: -1, logIndex: -1 }, projection: { blockNumber: 1, blockHash: 1 }, batchSize: 200 },
  );
  let last: Position | undefined;
  for await (const { blockNumber, blockHash } of rows) {
    if (blockHash === null || (last?.blockNumber === blockNumber && last.blockHash === blockHash)) continue;
    last = { blockNumber, blockHash };
    yield last;
  }
}

/** Stored rows of blocks from one on, in the order of the chain. */
export async function* readStored(
  database: Pick<Database, 'connection'>,
  { tokenId, fromBlock }: { tokenId: string; fromBlock: number },
): AsyncGenerator<StoredTransfer> {
  const rows = collectionOf(database, 'transactionActivity').find(
    { tokenId, blockNumber: { $gte: fromBlock } },
    { sort: { blockNumber: 1, logIndex: 1 }, projection: storedFields, batchSize: 1_000 },
  );
  for await (const { blockNumber, blockHash, logIndex, transactionHash, fromAddress, toAddress, amount } of rows) {
    const value = decodeAmount(amount);
    yield { blockNumber, blockHash, logIndex, transactionHash, fromAddress, toAddress, value };
  }
}

const storedFields = {
  blockNumber: 1,
  blockHash: 1,
  logIndex: 1,
  transactionHash: 1,
  fromAddress: 1,
  toAddress: 1,
  amount: 1,
} as const;
