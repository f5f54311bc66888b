import type { Hex } from 'viem';
import type { Chain, ChainBlock, ChainLog } from './rpc-double-chain.js';
import { callContract, multicallAddress, Reverted } from './rpc-double-contract.js';
import { findTransaction, hex, type JsonLog, toBlock, toLog, toReceipt, toTransaction } from './rpc-double-json.js';

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
  /** Says which logs the node's index lost for good: they are in its receipts only. */
  readonly lost?: (place: { blockNumber: number; logIndex: number }) => boolean;
  /** States of blocks before this one are pruned: no code, no balances. */
  readonly prunedBefore?: number;
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
      if (block && block.number < (node.prunedBefore ?? 0)) return '0x';
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
      return findTransaction(chain, String(first), toReceipt);
    case 'eth_getTransactionByHash':
      return findTransaction(chain, String(first), toTransaction);
  }
  throw new RpcFailure(-32601, `the method ${method} does not exist/is not available`);
}

/** A call as it came. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

function getLogs(chain: Chain, node: NodeOptions, filter: LogFilter): JsonLog[] {
  const addresses = filter.address === undefined ? undefined : [filter.address].flat().map((a) => a.toLowerCase());
  const wanted = (log: ChainLog): boolean =>
    (addresses?.includes(log.address) ?? true) &&
    (filter.topics ?? []).every((topic, i) => topic === null || [topic].flat().includes(log.topics[i] ?? ''));
  const of = (block: ChainBlock): JsonLog[] =>
    block.logs.flatMap((log, i) =>
      wanted(log) && !node.lost?.({ blockNumber: block.number, logIndex: i }) ? [toLog(block, log, i)] : [],
    );
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
