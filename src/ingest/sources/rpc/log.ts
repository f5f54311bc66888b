import { TransientError } from '../upstream.js';
import { ContradictionError } from './contradiction.js';
import { isObject } from './json-rpc.js';
import { readAddress, readBytes, readHash, readNumber } from './quantities.js';

/** An event of a contract as a node gives it. */
export interface Log {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly topics: readonly string[];
  readonly data: string;
}

/** Which events are asked for: of one contract, by topics as eth_getLogs takes them. All in lower case. */
export interface LogFilter {
  readonly address: string;
  readonly topics: ReadonlyArray<string | readonly string[] | null>;
}

/** Reads an answer of eth_getLogs. Throws TransientError for what is no list of logs, ContradictionError for logs that were not asked for. */
export function readLogs(value: unknown, filter: LogFilter): Log[] {
  if (!Array.isArray(value)) throw new TransientError('eth_getLogs: expected a list');
  return value.map((one) => readLog(one, filter));
}

function readLog(value: unknown, filter: LogFilter): Log {
  if (!isObject(value) || !Array.isArray(value.topics))
    throw new TransientError('eth_getLogs: expected logs with topics');
  if (value.removed === true) throw new ContradictionError('a log is marked as removed by a reorg');
  const log: Log = {
    blockNumber: readNumber(value.blockNumber, 'blockNumber of a log'),
    blockHash: readHash(value.blockHash, 'blockHash of a log'),
    transactionHash: readHash(value.transactionHash, 'transactionHash of a log'),
    transactionIndex: readNumber(value.transactionIndex, 'transactionIndex of a log'),
    logIndex: readNumber(value.logIndex, 'logIndex of a log'),
    topics: value.topics.map((topic: unknown) => readHash(topic, 'topic of a log')),
    data: readBytes(value.data, 'data of a log'),
  };
  const address = readAddress(value.address, 'address of a log');
  if (address !== filter.address) throw new ContradictionError(`a log of ${address}, asked was ${filter.address}`);
  for (const [i, wanted] of filter.topics.entries()) {
    if (wanted === null) continue;
    const topic = log.topics[i] ?? '';
    if (typeof wanted === 'string' ? topic !== wanted : !wanted.includes(topic)) {
      throw new ContradictionError(`a log of block ${log.blockNumber} has another topic ${i} than asked`);
    }
  }
  return log;
}

/** What makes two answers about a block the same. */
export function fingerprint(logs: readonly Log[]): string {
  return logs.map((log) => `${log.logIndex} ${log.transactionHash} ${log.topics.join()} ${log.data}`).join('\n');
}
