import { zeroAddress } from '../../../models/address.js';
import type { Openings } from '../../batch.js';
import type { ChainCalls, MoralisHead } from './chain-calls.js';
import type { OpeningPrice } from './opening-price.js';
import { type Stretch, walkTransfers } from './transfer-walk.js';

/** Exact balances of wallets at a block; a node can tell them, Moralis cannot. */
export type ConfirmBalances = (request: {
  address: string;
  wallets: readonly string[];
  blockNumber: number;
}) => Promise<ReadonlyMap<string, bigint>>;

/**
 * Balances before `fromBlock`: those of the owners now less what has moved since. Moralis names no block for its owners, so they are
 * approximate unless a node confirms the balances of all these wallets at the block before. What has moved is handed back, so that it is
 * not paid for again, unless it is too much to be kept. Throws, before anything is paid, where the day's units do not suffice.
 */
export async function readOpenings({ chain, price, confirm }: OpeningDeps, request: OpeningRequest): Promise<Opened> {
  const { address, fromBlock, head, signal } = request;
  await price.check(address, signal);
  const balances = new Map<string, bigint>();
  for await (const page of chain.owners(address, signal)) {
    for (const { owner_address, balance } of page) balances.set(owner_address, balance);
  }
  const move = (wallet: string, amount: bigint) => balances.set(wallet, (balances.get(wallet) ?? 0n) + amount);
  const range = { address, fromBlock, toBlock: head.blockNumber, finalizedBlock: head.finalizedBlock ?? 0, signal };
  let stretches: Stretch[] | undefined = [];
  let kept = 0;
  for await (const stretch of walkTransfers(chain, range)) {
    kept += stretch.rows.length;
    if (kept > mostKept) stretches = undefined;
    stretches?.push(stretch);
    for (const { fromAddress, toAddress, value } of stretch.rows) {
      move(fromAddress, value);
      move(toAddress, -value);
    }
  }
  balances.delete(zeroAddress);
  const wallets = [...balances.keys()];
  const exact = await confirm?.({ address, wallets, blockNumber: fromBlock - 1 });
  const positive = [...(exact ?? balances)].filter(([wallet, balance]) => balance > 0n && wallet !== zeroAddress);
  const openings = { blockNumber: fromBlock, balances: new Map(positive), approximate: exact === undefined };
  return { openings, stretches };
}

/** Balances before a block, and the transfers from it on. */
export interface Opened {
  readonly openings: Openings;
  readonly stretches: readonly Stretch[] | undefined;
}

/** What reading them needs. */
export interface OpeningDeps {
  readonly chain: ChainCalls;
  readonly price: OpeningPrice;
  readonly confirm: ConfirmBalances | undefined;
}

interface OpeningRequest {
  readonly address: string;
  readonly fromBlock: number;
  readonly head: MoralisHead;
  readonly signal: AbortSignal;
}

/** Rows, about 100 MB. */
const mostKept = 200_000;
