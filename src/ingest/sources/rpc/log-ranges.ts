import { LRUCache } from 'lru-cache';
import { SourceError, UpstreamUnavailableError } from '../../../errors.js';
import { TooMuchError } from './json-rpc.js';
import { type Log, type LogFilter, readLogs } from './log.js';
import type { NodeOptions, Nodes } from './nodes.js';
import { toQuantity } from './quantities.js';

/** Reads logs by ranges whose size follows what the nodes allow, and how many logs of a contract there are. */
export interface LogRanges {
  /** Blocks that one question may hold at present. */
  readonly size: number;
  /** Blocks that are best read at once for a contract: so many that memory holds what they say several times over. */
  sizeFor(address: string): number;
  read(filter: LogFilter, range: { from: number; to: number }, options?: NodeOptions): Promise<Log[]>;
}

/**
 * Starts with ranges of `rangeBlocks`, or fewer while the contract is not known; halves on refusal and lateness, grows by an eighth with each
 * answer.
 */
export function createLogRanges({ nodes, rangeBlocks, timeoutMs }: Deps): LogRanges {
  let size = rangeBlocks;
  const sizes = new LRUCache<string, number>({ max: 1_000 });
  const sizeFor = (address: string): number => Math.min(size, sizes.get(address) ?? firstBlocks);

  /** Towards ranges with `fewLogs` to `manyLogs` logs. */
  const learn = (address: string, { blocks, logs }: { blocks: number; logs: number }): void => {
    const before = sizes.get(address) ?? firstBlocks;
    if (logs > manyLogs) sizes.set(address, Math.max(1, Math.min(before, Math.floor((blocks * fewLogs) / logs))));
    else if (logs < fewLogs && blocks >= Math.min(before, size)) sizes.set(address, Math.min(before * 2, rangeBlocks));
  };

  const ask = async (filter: LogFilter, { from, to }: Range, options: NodeOptions): Promise<Log[]> => {
    const question = { ...filter, fromBlock: toQuantity(from), toBlock: toQuantity(to) };
    // A range that comes late will come late again: no use in waiting for the whole budget.
    const deadline = from < to ? { deadline: Date.now() + patience * timeoutMs } : {};
    return await nodes.ask([{ method: 'eth_getLogs', params: [question] }], ([logs]) => readLogs(logs, filter), {
      ...deadline,
      ...options,
    });
  };

  const read = async (filter: LogFilter, { from, to }: Range, options: NodeOptions = {}): Promise<Log[]> => {
    if (to - from + 1 <= size || from === to) {
      try {
        const logs = await ask(filter, { from, to }, options);
        learn(filter.address, { blocks: to - from + 1, logs: logs.length });
        if (to - from + 1 >= size) size = Math.min(rangeBlocks, size + Math.ceil(size / 8));
        return logs;
      } catch (error) {
        const isTooMuch = error instanceof TooMuchError;
        const isLate =
          error instanceof UpstreamUnavailableError && nodes.all.some(({ upstream }) => upstream.state === 'closed');
        if (from === to && isTooMuch) {
          throw new SourceError('SOURCE_REFUSED', `The node refuses the logs of block ${from} alone: ${error.message}`);
        }
        if (from === to || !(isTooMuch || isLate)) throw error;
        options.signal?.throwIfAborted();
        size = Math.max(1, Math.min(size, Math.floor((to - from + 1) / 2)));
      }
    }
    const middle = from + Math.min(size, Math.ceil((to - from + 1) / 2)) - 1;
    const first = await read(filter, { from, to: middle }, options);
    for (const log of await read(filter, { from: middle + 1, to }, options)) first.push(log);
    return first;
  };

  return {
    get size() {
      return size;
    },
    sizeFor,
    read,
  };
}

interface Deps {
  readonly nodes: Nodes;
  readonly rangeBlocks: number;
  readonly timeoutMs: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const patience = 2.5;
const firstBlocks = 1_000;
/** A log takes about a kilobyte until it is a row, and several ranges are read side by side, each twice. */
const manyLogs = 4_000;
const fewLogs = 2_000;
