import type { TransferInput } from '../../batch.js';
import type { ChainCalls, MoralisTransfer, TransferRange } from './chain-calls.js';
import { settleForks } from './settle-forks.js';

/** Transfers in the order of blocks, each block whole. */
export interface Stretch {
  readonly rows: readonly TransferInput[];
  /** All blocks up to this one have been read. */
  readonly through: number;
}

/** A range, and the newest block whose rows cannot be replaced any more. */
export interface WalkRequest extends TransferRange {
  readonly finalizedBlock: number;
}

/**
 * Reads transfers in ascending order and gives each once, whatever order and however often the pages have them: what may still be
 * replaced is held back until the end, and one page always waits for the next, which may bring rows that belong before its own.
 */
export async function* walkTransfers(chain: ChainCalls, request: WalkRequest): AsyncGenerator<Stretch> {
  const { finalizedBlock, toBlock, signal } = request;
  let waiting: TransferInput[] = [];
  let given = new Set<string>();
  const settle = (rows: readonly TransferInput[]) => settleForks(rows, (block) => chain.blockHash(block, signal));
  for await (const page of chain.transfers(request)) {
    const rows = page
      .filter((row) => isWanted(row, request))
      .map(toInput)
      .filter((row) => !given.has(keyOf(row)));
    const complete = Math.min(finalizedBlock, ...rows.map(({ blockNumber }) => blockNumber - 1));
    const ready = waiting.filter(({ blockNumber }) => blockNumber <= complete);
    waiting = [...waiting.filter(({ blockNumber }) => blockNumber > complete), ...rows];
    if (ready.length === 0) continue;
    const settled = await settle(ready);
    given = new Set(settled.map(keyOf));
    yield { rows: settled, through: complete };
  }
  yield { rows: await settle(waiting), through: toBlock };
}

/** What tells one transfer of a token from another. */
export function keyOf({ blockNumber, logIndex }: { blockNumber: number; logIndex: number }): string {
  return `${blockNumber}:${logIndex}`;
}

/** Whatever was asked for, only that is taken. */
function isWanted(row: MoralisTransfer, { address, fromBlock, toBlock }: WalkRequest): boolean {
  const isToken = row.address === undefined || row.address === address.toLowerCase();
  return isToken && row.block_number >= fromBlock && row.block_number <= toBlock;
}

/** A failed transaction leaves no event; gas and method Moralis does not say. */
function toInput(row: MoralisTransfer): TransferInput {
  return {
    blockNumber: row.block_number,
    logIndex: row.log_index,
    timestamp: row.block_timestamp,
    transactionHash: row.transaction_hash,
    transactionIndex: row.transaction_index ?? null,
    blockHash: row.block_hash,
    fromAddress: row.from_address,
    toAddress: row.to_address,
    value: row.value,
    gasUsed: '0',
    gasPrice: '0',
    isSuccess: true,
    methodId: null,
    where: `Moralis, block ${row.block_number}, log index ${row.log_index}`,
  };
}
