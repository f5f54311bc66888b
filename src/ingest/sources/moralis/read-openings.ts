import { zeroAddress } from '../../../models/address.js';
import type { Openings } from '../../batch.js';
import type { ChainCalls, MoralisHead } from './chain-calls.js';
import { walkTransfers } from './transfer-walk.js';

/** Exact balances of wallets at a block; a node can tell them, Moralis cannot. */
export type ConfirmBalances = (request: {
  address: string;
  wallets: readonly string[];
  blockNumber: number;
}) => Promise<ReadonlyMap<string, bigint>>;

/**
 * Balances before `fromBlock`: those of the owners now less what has moved since. Moralis names no block for its owners, so they are
 * approximate unless a node confirms the balances of all these wallets at the block before.
 */
export async function readOpenings(chain: ChainCalls, request: OpeningRequest): Promise<Openings> {
  const { address, fromBlock, head, signal, confirm } = request;
  const balances = new Map<string, bigint>();
  for await (const page of chain.owners(address, signal)) {
    for (const { owner_address, balance } of page) balances.set(owner_address, balance);
  }
  const move = (wallet: string, amount: bigint) => balances.set(wallet, (balances.get(wallet) ?? 0n) + amount);
  const range = { address, fromBlock, toBlock: head.blockNumber, finalizedBlock: head.finalizedBlock ?? 0, signal };
  for await (const { rows } of walkTransfers(chain, range)) {
    for (const { fromAddress, toAddress, value } of rows) {
      move(fromAddress, value);
      move(toAddress, -value);
    }
  }
  balances.delete(zeroAddress);
  const wallets = [...balances.keys()];
  const exact = await confirm?.({ address, wallets, blockNumber: fromBlock - 1 });
  const positive = [...(exact ?? balances)].filter(([wallet, balance]) => balance > 0n && wallet !== zeroAddress);
  return { blockNumber: fromBlock, balances: new Map(positive), approximate: exact === undefined };
}

interface OpeningRequest {
  readonly address: string;
  readonly fromBlock: number;
  readonly head: MoralisHead;
  readonly signal: AbortSignal;
  readonly confirm: ConfirmBalances | undefined;
}
