import { keccak256, stringToHex } from 'viem';
import type { Chain, ChainBlock, ChainLog } from './rpc-double-chain.js';

/** A block as nodes answer it, with whole transactions or their hashes. */
export function toBlock(block: ChainBlock | undefined, full: boolean) {
  if (!block) return null;
  const { number, hash, parentHash, timestamp, logsBloom, transactions } = block;
  return {
    ...headerRest,
    number: hex(number),
    hash,
    parentHash,
    timestamp: hex(timestamp),
    logsBloom,
    transactions: full ? transactions.map((_, i) => toTransaction(block, i)) : transactions,
  };
}

const zeros = `0x${'0'.repeat(64)}`;
const headerRest = {
  baseFeePerGas: '0x3b9aca00',
  difficulty: '0x0',
  extraData: '0x',
  gasLimit: '0x1c9c380',
  gasUsed: '0x5208',
  miner: `0x${'0'.repeat(40)}`,
  mixHash: zeros,
  nonce: '0x0000000000000000',
  receiptsRoot: zeros,
  sha3Uncles: zeros,
  size: '0x220',
  stateRoot: zeros,
  totalDifficulty: '0x0',
  transactionsRoot: zeros,
  uncles: [],
};

/** A transaction of a block. */
export function toTransaction(block: ChainBlock, index: number) {
  return {
    blockHash: block.hash,
    blockNumber: hex(block.number),
    from: `0x${'1'.repeat(40)}`,
    gas: '0x5208',
    gasPrice: hex(1_000_000 + index),
    hash: block.transactions[index],
    input: `${keccak256(stringToHex(String(index % 3))).slice(0, 10)}00`,
    nonce: hex(index),
    r: zeros,
    s: zeros,
    to: block.logs.find(({ transaction }) => transaction === index)?.address ?? null,
    transactionIndex: hex(index),
    type: '0x0',
    v: '0x0',
    value: '0x0',
  };
}

/** A log as nodes answer it. */
export type JsonLog = ReturnType<typeof toLog>;

/** Makes one. */
export function toLog(block: ChainBlock, { address, topics, data, transaction }: ChainLog, index: number) {
  return {
    address,
    topics,
    data,
    blockNumber: hex(block.number),
    blockHash: block.hash,
    blockTimestamp: hex(block.timestamp),
    transactionHash: block.transactions[transaction],
    transactionIndex: hex(transaction),
    logIndex: hex(index),
    removed: false,
  };
}

/** Receipt of a transaction of a block. */
export function toReceipt(block: ChainBlock, index: number) {
  return {
    blockHash: block.hash,
    blockNumber: hex(block.number),
    contractAddress: null,
    cumulativeGasUsed: hex(40_000 * (index + 1)),
    effectiveGasPrice: hex(1_000_000 + index),
    from: `0x${'1'.repeat(40)}`,
    gasUsed: hex(40_000 + index),
    logs: block.logs.flatMap((log, i) => (log.transaction === index ? [toLog(block, log, i)] : [])),
    logsBloom: block.logsBloom,
    status: '0x1',
    to: null,
    transactionHash: block.transactions[index],
    transactionIndex: hex(index),
    type: '0x0',
  };
}

/** What is made of a transaction that a hash names; null where there is none. */
export function findTransaction<T>(
  chain: Chain,
  hash: string,
  make: (block: ChainBlock, index: number) => T,
): T | null {
  for (let number = chain.head.number; number >= 0; number -= 1) {
    const block = chain.block(number);
    const index = block?.transactions.indexOf(hash) ?? -1;
    if (block && index >= 0) return make(block, index);
  }
  return null;
}

/** A number as JSON-RPC writes it. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
