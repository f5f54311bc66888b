import type { TransferInput } from '../../batch.js';
import { timeOfBlock } from './clock.js';
import type { Movement } from './events.js';
import { createRandom, hexOf } from './random.js';

/** Gives the movements of one event their places in the block: after the `before` rows of the token that the block has already. */
export function toTransfers({ movements, blockNumber, symbol, lane, before }: RowOptions): TransferInput[] {
  const random = createRandom(`gas ${symbol} ${blockNumber} ${before}`);
  return movements.map((movement, i) => ({
    blockNumber,
    // A log index is unique in its block over all contracts: each token has a lane of its own.
    logIndex: (before + i) * laneCount + lane,
    timestamp: timeOfBlock(blockNumber),
    transactionHash: hexOf(`demo transaction ${symbol} ${blockNumber} ${before} ${movement.transaction}`, 32),
    transactionIndex: 1 + (before + movement.transaction) * laneCount + lane,
    blockHash: blockHash(blockNumber),
    fromAddress: movement.from,
    toAddress: movement.to,
    value: movement.value,
    gasUsed: String(random.whole(34_000, 65_000)),
    gasPrice: String(random.whole(1_000_000, 1_900_000)),
    isSuccess: movement.isSuccess,
    methodId: movement.methodId,
    where: `demo ${symbol} block ${blockNumber}`,
  }));
}

/** Hash of a block of the demo chain, the same for all tokens. */
export function blockHash(blockNumber: number): string {
  return hexOf(`demo block ${blockNumber}`, 32);
}

const laneCount = 16;

/** Movements of one event and where they go. */
export interface RowOptions {
  readonly movements: readonly Movement[];
  readonly blockNumber: number;
  readonly symbol: string;
  /** Number of the token, from 0 to 15. */
  readonly lane: number;
  /** Rows of the token that the block has already. */
  readonly before: number;
}
