import type { Database } from '../../database.js';
import { collectionOf, type Stored } from '../../ingest/transaction.js';
import type { AuditChain, ChainDifference } from './audit-chain.js';

/** Blocks whose transfers were counted, and those where the chain has another number. */
export interface ComparedCounts {
  readonly counted: { readonly from: number; readonly to: number } | null;
  readonly differences: readonly ChainDifference[];
}

/** Compares the number of stored transfers of each block with the chain's. The blocks are final, so neither side moves. */
export async function compareCounts({
  database,
  chain,
  token,
  window,
  signal,
}: {
  database: Pick<Database, 'connection'>;
  chain: Pick<AuditChain, 'countTransfers'>;
  token: Pick<Stored<'tokens'>, '_id' | 'contractAddress'>;
  window: ComparedCounts['counted'];
  signal?: AbortSignal | undefined;
}): Promise<ComparedCounts> {
  if (!window) return { counted: null, differences: [] };
  const request = {
    address: token.contractAddress,
    fromBlock: window.from,
    toBlock: window.to,
    ...(signal ? { signal } : {}),
  };
  const [expected, stored] = await Promise.all([
    chain.countTransfers(request),
    countStored(database, token._id, window),
  ]);
  const blocks = [...new Set([...expected.keys(), ...stored.keys()])].sort((a, b) => a - b);
  const differences = blocks.flatMap((block): ChainDifference[] => {
    const [is, shall] = [stored.get(block) ?? 0, expected.get(block) ?? 0];
    if (is === shall) return [];
    return [{ what: 'transfers of a block', of: String(block), stored: String(is), expected: String(shall) }];
  });
  return { counted: window, differences };
}

async function countStored(
  database: Pick<Database, 'connection'>,
  tokenId: string,
  { from, to }: { from: number; to: number },
): Promise<Map<number, number>> {
  const rows = collectionOf(database, 'transactionActivity').find(
    { tokenId, blockNumber: { $gte: from, $lte: to } },
    { projection: { _id: 0, blockNumber: 1 }, batchSize: 10_000 },
  );
  const counts = new Map<number, number>();
  for await (const { blockNumber } of rows) counts.set(blockNumber, (counts.get(blockNumber) ?? 0) + 1);
  return counts;
}
