import { type Hex, keccak256, stringToHex } from 'viem';
import type { Chain, ChainBlock, ChainLog } from './rpc-double-chain.js';
import { callContract, multicallAddress, Reverted } from './rpc-double-contract.js';

/** An error as JSON-RPC has it. */
export class RpcFailure extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** How a node differs from others. */
export interface NodeOptions {
  readonly chainId: number;
  /** Largest range of eth_getLogs, in blocks. */
  readonly maxRange: number;
  /** Largest answer of eth_getLogs, in logs. */
  readonly maxLogs: number;
  readonly multicall: boolean;
  /** Tags safe and finalized are known. */
  readonly tags: boolean;
  readonly receipts: boolean;
}

/** What an honest node answers. Throws RpcFailure. */
export function answerHonestly(chain: Chain, node: NodeOptions, { method, params }: RpcCall): unknown {
  const [first, second] = params;
  switch (method) {
    case 'eth_chainId':
      return hex(node.chainId);
    case 'net_version':
      return String(node.chainId);
    case 'eth_blockNumber':
      return hex(chain.head.number);
    case 'eth_getBlockByNumber':
      return toBlock(blockAt(chain, node, first), second === true);
    case 'eth_getBlockByHash':
      return toBlock(chain.byHash(String(first)), second === true);
    case 'eth_getLogs':
      return getLogs(chain, node, (first ?? {}) as LogFilter);
    case 'eth_call':
      return call(chain, node, (first ?? {}) as { to?: string; data?: Hex; input?: Hex }, second);
    case 'eth_getCode': {
      const block = blockAt(chain, node, second);
      const address = String(first).toLowerCase();
      if (node.multicall && address === multicallAddress) return '0x6001';
      const token = chain.options.tokens.find((one) => one.address === address);
      return token && block && token.createdAt <= block.number ? '0x6001' : '0x';
    }
    case 'eth_getBlockReceipts': {
      if (!node.receipts) break;
      const block = blockAt(chain, node, first);
      return block ? block.transactions.map((_, i) => toReceipt(block, i)) : null;
    }
    case 'eth_getTransactionReceipt':
      return receiptOf(chain, String(first));
  }
  throw new RpcFailure(-32601, `the method ${method} does not exist/is not available`);
}

/** A call as it came. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A log as nodes answer it. */
export type JsonLog = ReturnType<typeof toLog>;

function getLogs(chain: Chain, node: NodeOptions, filter: LogFilter): JsonLog[] {
  const addresses = filter.address === undefined ? undefined : [filter.address].flat().map((a) => a.toLowerCase());
  const wanted = (log: ChainLog): boolean =>
    (addresses?.includes(log.address) ?? true) &&
    (filter.topics ?? []).every((topic, i) => topic === null || [topic].flat().includes(log.topics[i] ?? ''));
  const of = (block: ChainBlock): JsonLog[] =>
    block.logs.flatMap((log, i) => (wanted(log) ? [toLog(block, log, i)] : []));
  if (filter.blockHash !== undefined) {
    const block = chain.byHash(filter.blockHash);
    if (!block) throw new RpcFailure(-32000, 'unknown block');
    return of(block);
  }
  const from = blockAt(chain, node, filter.fromBlock ?? 'latest')?.number ?? Number(filter.fromBlock);
  const to = blockAt(chain, node, filter.toBlock ?? 'latest')?.number ?? chain.head.number;
  if (from > to && from <= chain.head.number) throw new RpcFailure(-32602, 'invalid block range params');
  if (to - from + 1 > node.maxRange) throw new RpcFailure(-32005, `query exceeds max block range ${node.maxRange}`);
  const logs: JsonLog[] = [];
  for (let number = from; number <= to; number += 1) {
    const block = chain.block(number);
    if (block && block.logs.length > 0) logs.push(...of(block));
    if (logs.length > node.maxLogs) {
      throw new RpcFailure(-32005, `query returned more than ${node.maxLogs} results`);
    }
  }
  return logs;
}

interface LogFilter {
  readonly address?: string | string[];
  readonly topics?: ReadonlyArray<string | string[] | null>;
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly blockHash?: string;
}

function call(chain: Chain, node: NodeOptions, { to = '', data, input }: CallObject, at: unknown): Hex {
  const block = blockAt(chain, node, at ?? 'latest');
  if (!block) throw new RpcFailure(-32000, 'header not found');
  try {
    return callContract(chain, {
      to: to.toLowerCase(),
      data: data ?? input ?? '0x',
      blockNumber: block.number,
      multicall: node.multicall,
    });
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    throw new RpcFailure(3, 'execution reverted: no such function', error.data);
  }
}

interface CallObject {
  readonly to?: string;
  readonly data?: Hex;
  readonly input?: Hex;
}

function blockAt(chain: Chain, node: NodeOptions, at: unknown): ChainBlock | undefined {
  if (typeof at === 'object' && at !== null) {
    const { blockHash, blockNumber } = at as { blockHash?: string; blockNumber?: string };
    return blockHash === undefined ? blockAt(chain, node, blockNumber) : chain.byHash(blockHash);
  }
  if (at === 'latest' || at === 'pending') return chain.head;
  if (at === 'earliest') return chain.block(0);
  if (at === 'safe' || at === 'finalized') {
    if (!node.tags) throw new RpcFailure(-32602, `invalid argument 0: unknown tag ${at}`);
    if (at === 'finalized') return chain.block(chain.finalizedBlock);
    return chain.block(Math.max(chain.finalizedBlock, chain.head.number - Math.floor(chain.options.finality / 2)));
  }
  if (typeof at !== 'string' || !/^0x(0|[1-9a-f][0-9a-f]*|[0-9a-f]{64})$/.test(at)) {
    throw new RpcFailure(-32602, `invalid argument: ${JSON.stringify(at)} is no block`);
  }
  return at.length === 66 ? chain.byHash(at) : chain.block(Number(at));
}

function toBlock(block: ChainBlock | undefined, full: boolean) {
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

function toTransaction(block: ChainBlock, index: number) {
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

/** A log as eth_getLogs answers it. */
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

function toReceipt(block: ChainBlock, index: number) {
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

function receiptOf(chain: Chain, hash: string) {
  for (let number = chain.head.number; number >= 0; number -= 1) {
    const block = chain.block(number);
    const index = block?.transactions.indexOf(hash) ?? -1;
    if (block && index >= 0) return toReceipt(block, index);
  }
  return null;
}

/** A number as JSON-RPC writes it. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
