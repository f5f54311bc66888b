import type { Chain } from './rpc-double-chain.js';
import { transferTopic } from './rpc-double-content.js';

/** A transfer as the chain has it, whoever asks. */
export interface TrueTransfer {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly logIndex: number;
  /** Milliseconds. */
  readonly time: number;
  readonly transactionHash: string;
  readonly fromAddress: string;
  readonly toAddress: string;
  readonly value: bigint;
}

/** All ERC-20 transfers of a contract up to a block, in order, straight from the chain. */
export function transfersOnChain(chain: Chain, address: string, toBlock = chain.head.number): TrueTransfer[] {
  const found: TrueTransfer[] = [];
  for (let number = 0; number <= toBlock; number += 1) {
    const block = chain.block(number);
    if (!block) break;
    for (const [logIndex, log] of block.logs.entries()) {
      if (log.address !== address || log.topics.length !== 3 || log.topics[0] !== transferTopic) continue;
      found.push({
        blockNumber: number,
        blockHash: block.hash,
        logIndex,
        time: block.timestamp * 1_000,
        transactionHash: String(block.transactions[log.transaction]),
        fromAddress: addressOf(log.topics[1]),
        toAddress: addressOf(log.topics[2]),
        value: BigInt(log.data),
      });
    }
  }
  return found;
}

/** Balance of every wallet that a contract's transfers name, the zero address excluded. */
export function balancesOnChain(transfers: readonly TrueTransfer[]): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { fromAddress, toAddress, value } of transfers) {
    balances.set(fromAddress, (balances.get(fromAddress) ?? 0n) - value);
    balances.set(toAddress, (balances.get(toAddress) ?? 0n) + value);
  }
  balances.delete(`0x${'0'.repeat(40)}`);
  return balances;
}

/** Mints minus burns. */
export function supplyOnChain(transfers: readonly TrueTransfer[]): bigint {
  const zero = `0x${'0'.repeat(40)}`;
  return transfers.reduce(
    (sum, { fromAddress, toAddress, value }) =>
      sum + (fromAddress === zero ? value : 0n) - (toAddress === zero ? value : 0n),
    0n,
  );
}

function addressOf(topic = ''): string {
  return `0x${topic.slice(-40)}`;
}
