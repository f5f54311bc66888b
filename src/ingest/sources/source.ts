import type { Batch, Position, SourceName } from '../batch.js';

/**
 * Where the rows of tokens come from. File, demo, rpc and moralis are sources; whatever a source is given by others, it gives only rows
 * that it has checked, in the order of blocks, in parts that may each be committed as they are.
 */
export interface Source {
  readonly name: SourceName;
  /** What the source knows of a token; throws TokenNotFoundError where there is no such contract. */
  describe(address: string): Promise<TokenFacts>;
  /** Newest block of the source, asked now. */
  head(): Promise<Head>;
  /**
   * The parts of a token behind a position, in order of commit, to the newest block at the time; ends there. Called again it goes on with
   * newer blocks. A part that was not committed is given again by the next call, with the same rows.
   * Throws SourceError (its code says whether trying again helps) and UpstreamUnavailableError; a signal ends it without an error.
   */
  read(request: ReadRequest): AsyncIterable<Part>;
  close(): Promise<void>;
}

/** What a source says about a token. Fields that it does not know are undefined. */
export interface TokenFacts {
  readonly name?: string | undefined;
  readonly symbol?: string | undefined;
  readonly decimals?: number | undefined;
  /** In base units, at the newest block. */
  readonly totalSupply?: bigint | undefined;
}

/** Newest block of a source and the newest that can no longer be replaced. */
export interface Head {
  readonly blockNumber: number;
  /** Milliseconds. */
  readonly time: number;
  readonly finalizedBlock: number | null;
}

/** What is to be read. */
export interface ReadRequest {
  readonly address: string;
  /** The checkpoint as stored; null before the first part. */
  readonly after: Position | null;
  /** First block of interest, when there is no checkpoint yet; absent: the creation of the contract. */
  readonly fromBlock?: number | undefined;
  /** True where the balances before `fromBlock` are stored already: the source does not give any then. */
  readonly isOpened?: boolean | undefined;
  /** Newest block that can no longer be replaced, as stored with the checkpoint; null when none is known. */
  readonly finalized: Position | null;
  /**
   * Blocks with stored rows of the token at or below a block, newest first: the trail by which a source finds the last block that a reorg
   * left in place. Rows without a hash are left out.
   */
  trail(atOrBelow: number): AsyncIterable<Position>;
  /** Stored rows of blocks from `fromBlock` on, as the source gave them; for sources that cannot prove a reorg by hashes alone. */
  stored(fromBlock: number): AsyncIterable<StoredTransfer>;
  readonly signal: AbortSignal;
}

/** What identifies a stored transfer and its content. */
export interface StoredTransfer extends Position {
  readonly logIndex: number;
  readonly transactionHash: string | null;
  readonly fromAddress: string;
  readonly toAddress: string;
  readonly value: bigint;
}

/** What is committed in one transaction: a batch without the token's id and the lease. */
export interface Part extends Omit<Batch, 'tokenId' | 'newToken' | 'source' | 'fence'> {
  /** Newest block of the source when the part was made, for progress. */
  readonly headBlock: number | null;
}
