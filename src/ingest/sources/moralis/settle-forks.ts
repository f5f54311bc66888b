import { SourceError } from '../../../errors.js';
import type { TransferInput } from '../../batch.js';
import { sameTransfer } from './same-transfer.js';

/**
 * Leaves each event once, of one fork, in the order of blocks. Around a reorg an answer may hold rows of both forks: one block with two
 * hashes, or one transaction in two blocks. Then the chain is asked which hash it has there.
 */
export async function settleForks(
  rows: readonly TransferInput[],
  canonicalHash: (blockNumber: number) => Promise<string | undefined>,
): Promise<TransferInput[]> {
  const canonical = new Map<number, string | undefined>();
  for (const block of disputedBlocks(rows)) canonical.set(block, await canonicalHash(block));
  const settled = new Map<string, TransferInput>();
  for (const row of rows) {
    if (canonical.has(row.blockNumber) && row.blockHash !== canonical.get(row.blockNumber)) continue;
    const key = `${row.blockNumber}:${row.logIndex}`;
    const earlier = settled.get(key);
    if (earlier && !sameTransfer(earlier, row)) {
      throw new SourceError(
        'SOURCE_CONTRADICTS',
        `${row.where}: the same event came with two contents. Nothing of it is taken in; it is asked for again with the next sync.`,
      );
    }
    settled.set(key, row);
  }
  return [...settled.values()].sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
}

function disputedBlocks(rows: readonly TransferInput[]): Set<number> {
  const hashes = new Map<number, string | null>();
  const blocks = new Map<string, number>();
  const disputed = new Set<number>();
  for (const { blockNumber, blockHash, transactionHash } of rows) {
    const hash = hashes.get(blockNumber);
    if (hash !== undefined && hash !== blockHash) disputed.add(blockNumber);
    hashes.set(blockNumber, blockHash);
    if (transactionHash === null) continue;
    const block = blocks.get(transactionHash);
    if (block !== undefined && block !== blockNumber) disputed.add(block).add(blockNumber);
    blocks.set(transactionHash, blockNumber);
  }
  return disputed;
}
