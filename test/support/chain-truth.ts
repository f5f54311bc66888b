import { PaymentRuleKind } from '../../src/models/enums.js';
import type { Ledger } from './oracle-numbers.js';
import type { Chain, ChainToken } from './rpc-double-chain.js';
import { balancesOnChain, supplyOnChain, type TrueTransfer, transfersOnChain } from './rpc-double-truth.js';

/** What a token's store has to equal, whatever kind of node it was read from. */
export interface ChainTruth {
  readonly address: string;
  readonly decimals: number;
  readonly transfers: readonly TrueTransfer[];
  /** Balances of all wallets by the chain's own answer. */
  readonly balances: ReadonlyMap<string, bigint>;
  readonly totalSupply: bigint;
  readonly head: { readonly blockNumber: number; readonly blockHash: string; readonly time: number };
  readonly finalizedBlock: number;
  hashOf(blockNumber: number): string | undefined;
}

/** The truth about a token of a synthetic chain. */
export function truthOf(chain: Chain, { address, decimals }: ChainToken): ChainTruth {
  const transfers = transfersOnChain(chain, address);
  const { number, hash, timestamp } = chain.head;
  return {
    address,
    decimals: decimals ?? 18,
    transfers,
    balances: balancesOnChain(transfers),
    totalSupply: supplyOnChain(transfers),
    head: { blockNumber: number, blockHash: hash, time: timestamp * 1_000 },
    finalizedBlock: chain.finalizedBlock,
    hashOf: (blockNumber) => chain.block(blockNumber)?.hash,
  };
}

/** The same as a ledger, for the oracle. */
export function ledgerOf({ decimals, transfers, head, totalSupply }: ChainTruth): Ledger {
  return {
    chainSupply: totalSupply,
    decimals,
    prices: [],
    openings: new Map(),
    paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
    asOf: { block: head.blockNumber, time: head.time },
    transfers: transfers.map((row) => ({
      block: row.blockNumber,
      log: row.logIndex,
      time: row.time,
      hash: row.transactionHash,
      from: row.fromAddress,
      to: row.toAddress,
      value: row.value,
      success: true,
      methodId: null,
    })),
  };
}
