import type { PriceInput } from '../../batch.js';

/** Where prices of one token come from on a chain. */
export interface PriceReader {
  /** Prices of the blocks, oldest first; the same blocks give the same prices. */
  read(range: PriceRange): Promise<PriceInput[]>;
}

/** Blocks whose prices are wanted, both ends included. */
export interface PriceRange {
  readonly fromBlock: number;
  readonly toBlock: number;
  /** Newest block that can no longer be replaced; prices of later ones are tied to their block. */
  readonly finalizedBlock: number | null;
  /** True when `toBlock` is the newest block of the chain. */
  readonly isHead: boolean;
  /** Newest price that is stored, in milliseconds; null when there is none, and where `isHead` is false. */
  readonly newest: number | null;
  readonly signal: AbortSignal;
}

/** More blocks than any chain has in one second, the unit of block times. */
export const secondBlocks = 20;

/** What a price reader asks a chain for; every answer is checked by whoever gives it. */
export interface PriceChain {
  /** Answer of a contract to a call, at a block or at the newest one; null when the contract reverts. */
  call(request: { to: string; data: `0x${string}`; blockNumber?: number }): Promise<`0x${string}` | null>;
  logs(request: {
    address: string;
    topics: ReadonlyArray<string | readonly string[]>;
    fromBlock: number;
    toBlock: number;
    signal: AbortSignal;
  }): Promise<readonly PriceLog[]>;
}

/** An event, with the time of its block in milliseconds. */
export interface PriceLog {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly time: number;
  readonly topics: readonly string[];
  readonly data: string;
}
