/** What the chain is asked for; the source that gives it checks every answer. */
export interface AuditChain {
  balances(request: {
    address: string;
    wallets: readonly string[];
    blockNumber: number;
    signal?: AbortSignal;
  }): Promise<ReadonlyMap<string, bigint>>;
  /** Throws SOURCE_REFUSED where the contract does not tell it. */
  totalSupply(request: { address: string; blockNumber: number; signal?: AbortSignal }): Promise<bigint>;
  /** Transfers of each block that has any. */
  countTransfers(request: {
    address: string;
    fromBlock: number;
    toBlock: number;
    signal?: AbortSignal;
  }): Promise<ReadonlyMap<number, number>>;
}

/** Something that the chain says otherwise. */
export interface ChainDifference {
  readonly what: 'balance' | 'totalSupply' | 'transfers of a block' | 'stored transfers' | 'negative balances';
  /** Address or block that it is about; empty for the token itself. */
  readonly of: string;
  readonly stored: string;
  readonly expected: string;
}
