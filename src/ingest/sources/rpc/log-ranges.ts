import { SourceError, UpstreamUnavailableError } from '../../../errors.js';
import { TooMuchError } from './json-rpc.js';
import { type Log, type LogFilter, readLogs } from './log.js';
import type { NodeOptions, Nodes } from './nodes.js';
import { toQuantity } from './quantities.js';

/** Reads logs by ranges whose size follows what the nodes allow. */
export interface LogRanges {
  /** Blocks that one question may hold at present. */
  readonly size: number;
  read(filter: LogFilter, range: { from: number; to: number }, options?: NodeOptions): Promise<Log[]>;
}

/** Starts with ranges of `rangeBlocks`; halves on refusal and lateness, grows by an eighth with each answer. */
export function createLogRanges({ nodes, rangeBlocks, timeoutMs }: Deps): LogRanges {
  let size = rangeBlocks;

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
