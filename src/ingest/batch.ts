import type { BadRowError } from '../errors.js';
import type { Stored } from './transaction.js';

/** Where rows come from. */
export type SourceName = 'file' | 'demo' | 'rpc' | 'moralis';

/** One Transfer event as a source gives it, already checked: addresses and hashes in lower case, amounts as integers. */
export interface TransferInput {
  readonly blockNumber: number;
  readonly logIndex: number;
  /** Time of the block in milliseconds. */
  readonly timestamp: number;
  readonly transactionHash: string | null;
  readonly transactionIndex: number | null;
  readonly blockHash: string | null;
  readonly fromAddress: string;
  readonly toAddress: string;
  readonly value: bigint;
  readonly gasUsed: string;
  readonly gasPrice: string;
  readonly isSuccess: boolean;
  readonly methodId: string | null;
  /** Where the row stands, for messages: `file:line`. */
  readonly where: string;
}

/** One price, rounded to 8 places, and its volume, both plain decimals in USD. */
export interface PriceInput {
  readonly timestamp: number;
  readonly price: string;
  readonly volume: string;
  /** Block that the price comes from while it may still be replaced: a reorg takes the price with it. Absent for all others. */
  readonly blockNumber?: number;
  readonly where: string;
}

/** State before a block: replaces all earlier opening balances of the token. */
export interface Openings {
  readonly blockNumber: number;
  /** Balances above 0 by address, the zero address excluded. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** True where the source names no block for them and nobody has confirmed them at theirs. */
  readonly approximate?: boolean;
}

/** How far a chain has been taken in. */
export interface AsOf {
  readonly blockNumber: number;
  readonly time: number;
  readonly hash: string | null;
  readonly finalizedBlock: number | null;
}

/** A block of a chain: its number and, where the source knows it, its hash. */
export interface Position {
  readonly blockNumber: number;
  readonly blockHash: string | null;
}

/** Last position that is durable once the batch is; `name` tells the checkpoints of one token apart. */
export interface CheckpointInput {
  readonly name: string;
  /** Newest block that can no longer be replaced, with its hash: a node that answers another hash for it later has a deep reorg. */
  readonly finalized?: Position | null;
  readonly blockNumber: number | null;
  readonly blockHash: string | null;
  readonly logIndex: number | null;
}

/** What is committed in one transaction. */
export interface Batch {
  readonly tokenId: string;
  /** The token itself, when this batch is the first of a new one: it is made together with its rows, or not at all. */
  readonly newToken?: Stored<'tokens'>;
  readonly source: SourceName;
  /**
   * A reorg: rows of blocks above this one are undone before the batch's own rows are taken in, all in one transaction. asOf goes back with
   * them. The block must not lie below the token's finalizedBlock (REORG_TOO_DEEP).
   */
  readonly rewindTo?: number;
  /**
   * Where the batch's checkpoint must stand before it: a writer that was overtaken is refused (LEASE_LOST) instead of leaving a gap. null
   * says that there is none yet; absent means that it does not matter.
   */
  readonly after?: Position | null;
  /** Fencing number of the lease under which the batch was made; refused (LEASE_LOST) once another process took the lease over. */
  readonly fence?: number;
  readonly transfers?: readonly TransferInput[];
  readonly prices?: readonly PriceInput[];
  readonly openings?: Openings;
  readonly asOf?: AsOf;
  /** totalSupply by the chain at `asOf`; null where the source is behind or cannot tell, absent where it stays as it is. */
  readonly chainSupply?: bigint | null;
  readonly checkpoint?: CheckpointInput;
  /** `stop` (default) throws on the first bad row and leaves nothing of the batch; `skip` leaves bad rows out and lists them. */
  readonly onBadRow?: 'stop' | 'skip';
}

/** What a commit did: rows that were new, rows that were there already, rows left out, and the epoch of the token after it. */
export interface Committed {
  readonly added: number;
  readonly known: number;
  readonly refused: readonly BadRowError[];
  readonly epoch: number;
}
