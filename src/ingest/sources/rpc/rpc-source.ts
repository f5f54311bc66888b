import { setMaxListeners } from 'node:events';
import type { BreakerState } from '../../../cache/breaker.js';
import type { Config } from '../../../config.js';
import type { Telemetry } from '../../../telemetry.js';
import type { Position } from '../../batch.js';
import type { PriceChain } from '../prices/price-reader.js';
import type { Head, Source } from '../source.js';
import { type CheckedRange, readCheckedLogs } from './checked-logs.js';
import { createContractCalls } from './contract-calls.js';
import { createGasReader } from './gas.js';
import type { Header } from './header.js';
import { createHeaders } from './headers.js';
import { createHeads } from './heads.js';
import { inOrder } from './in-order.js';
import type { Log, LogFilter } from './log.js';
import { createLogRanges } from './log-ranges.js';
import { multicallAddress } from './multicall-address.js';
import { createRpcNode } from './node.js';
import { createNodes } from './nodes.js';
import { createPoll } from './poll.js';
import { readParts } from './read-parts.js';
import { createBlockReceipts } from './receipts.js';
import { createStartFinder } from './start-finder.js';
import { createSupplies } from './supplies.js';
import { createTokenCalls, type TokenCalls } from './token-calls.js';
import { isOddTransfer, toTransfers, transferFilter } from './transfers.js';

/** A chain, read from its JSON-RPC nodes. */
export interface RpcSource extends Source, PriceChain, Pick<TokenCalls, 'balances' | 'totalSupply'> {
  /**
   * Resolves when there is a block above the position, or another one in its place, asked every RPC_POLL_MS, all tokens sharing one poll;
   * at the signal too. Rejects when no node answers.
   */
  next(after: Position, signal: AbortSignal): Promise<Head>;
  /** Number of transfers of a token by block, read anew; blocks without one are left out. */
  countTransfers(request: {
    address: string;
    fromBlock: number;
    toBlock: number;
    signal?: AbortSignal;
  }): Promise<Map<number, number>>;
  providers(): readonly Provider[];
}

/** How a node is; `name` is its host, never a path or a key. */
export interface Provider {
  readonly name: string;
  readonly state: BreakerState;
  readonly headBlock: number | null;
  readonly lastError: string | null;
}

/** A source over nodes of one chain. Nothing is asked before the first use. */
export function createRpcSource({ urls, chainId, config, source, telemetry }: Deps): RpcSource {
  const all = urls.map((url) => createRpcNode({ url, source, telemetry }));
  const nodes = createNodes({ all, chainId, timeoutMs: source.timeoutMs, telemetry });
  const headers = createHeaders({ nodes });
  const heads = createHeads({ nodes, headers, warn: (message) => telemetry.warn(message) });
  const ranges = createLogRanges({ nodes, rangeBlocks: config.rangeBlocks, timeoutMs: source.timeoutMs });
  const contracts = createContractCalls({ nodes, multicall: config.multicall ?? multicallAddress(chainId) });
  const tokens = createTokenCalls({ contracts });
  const findStart = createStartFinder({
    creation: tokens.creation,
    ranges,
    warn: (message) => telemetry.warn(message),
  });
  const supplies = createSupplies({ tokens, headers });
  const logDeps = { nodes, headers, ranges, receipts: createBlockReceipts({ nodes }), check: config.check } as const;
  let finalizedBlock: number | null = null;
  const look = async (signal?: AbortSignal): Promise<Header> => {
    const { head, finalized } = await heads.look(signal);
    finalizedBlock = finalized?.number ?? finalizedBlock;
    return head;
  };
  const poll = createPoll({ look, everyMs: config.pollMs });

  const walk = (request: Walk) => {
    const { filter, from, to, signal, isOdd } = request;
    // Every question of the ranges side by side listens to it.
    if (signal) setMaxListeners(0, signal);
    const read = (range: { from: number; to: number }): Promise<CheckedRange> =>
      readCheckedLogs(logDeps, { filter, ...range, signal, ...(isOdd ? { isOdd } : {}) });
    return inOrder({ from, to, size: () => ranges.sizeFor(filter.address), count: config.concurrency, read });
  };

  return {
    name: 'rpc',
    describe: tokens.describe,
    balances: tokens.balances,
    totalSupply: tokens.totalSupply,
    head: async () => {
      const { number, time } = await look();
      return { blockNumber: number, time, finalizedBlock };
    },
    next: async (after, signal) => {
      const head = await poll.next(after, signal);
      return { blockNumber: head?.number ?? after.blockNumber, time: head?.time ?? 0, finalizedBlock };
    },
    read: (request) =>
      readParts(
        {
          ...logDeps,
          heads,
          concurrency: config.concurrency,
          rangeBlocks: config.rangeBlocks,
          gas: config.gas ? createGasReader({ nodes }) : undefined,
          creation: findStart,
          supplies,
          warn: (message) => telemetry.warn(message),
        },
        request,
      ),
    countTransfers: async ({ address, fromBlock, toBlock, signal }) => {
      const counts = new Map<number, number>();
      const transfers = { filter: transferFilter(address), isOdd: isOddTransfer };
      for await (const { blocks } of walk({
        ...transfers,
        from: fromBlock,
        to: toBlock,
        ...(signal ? { signal } : {}),
      })) {
        for (const { header, logs } of blocks) {
          const { length } = toTransfers({ header, logs });
          if (length > 0) counts.set(header.number, length);
        }
      }
      return counts;
    },
    logs: async ({ address, topics, fromBlock, toBlock, signal }) => {
      const found = [];
      for await (const { blocks } of walk({ filter: { address, topics }, from: fromBlock, to: toBlock, signal })) {
        for (const { header, logs } of blocks) {
          for (const { blockNumber, logIndex, topics: own, data } of logs) {
            found.push({ blockNumber, logIndex, topics: own, data, time: header.time });
          }
        }
      }
      return found;
    },
    call: async ({ to, data, blockNumber }) => (await contracts.call([{ to, data }], blockNumber))[0] ?? null,
    providers: () =>
      all.map(({ name, upstream, headBlock, lastError }) => ({ name, state: upstream.state, headBlock, lastError })),
    close: async () => {
      poll.close();
      heads.close();
      for (const node of all) node.close();
    },
  };
}

interface Walk {
  readonly filter: LogFilter;
  readonly isOdd?: (log: Log) => boolean;
  readonly from: number;
  readonly to: number;
  readonly signal?: AbortSignal;
}

interface Deps {
  readonly urls: readonly string[];
  readonly chainId: number;
  readonly config: Config['rpc'];
  readonly source: Config['source'];
  readonly telemetry: Telemetry;
}
