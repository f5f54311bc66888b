import { createHash } from 'node:crypto';
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
  const { address, log } = readAnyLog(value);
  if (address !== filter.address) throw new ContradictionError(`a log of ${address}, asked was ${filter.address}`);
  if (!matches(log, filter)) {
    throw new ContradictionError(`a log of block ${log.blockNumber} has other topics than asked`);
  }
  return log;
}

/** Reads a log of any contract. Throws ContradictionError for one that a reorg removed. */
export function readAnyLog(value: unknown): { address: string; log: Log } {
  if (!isObject(value) || !Array.isArray(value.topics)) throw new TransientError('a log: expected one with topics');
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
  return { address: readAddress(value.address, 'address of a log'), log };
}

/** True when the topics of a log are those that a filter asks for. */
export function matches({ topics }: Log, filter: LogFilter): boolean {
  return filter.topics.every((wanted, i) => {
    if (wanted === null) return true;
    const topic = topics[i] ?? '';
    return typeof wanted === 'string' ? topic === wanted : wanted.includes(topic);
  });
}

/** What must be in the bloom of a block that has a log of the filter. */
export function itemsOf({ address, topics }: LogFilter): string[] {
  return [address, ...topics.filter((topic) => typeof topic === 'string')];
}

/** What makes two answers about a block the same. */
export function fingerprint(logs: readonly Log[]): string {
  return logs.map((log) => `${log.logIndex} ${log.transactionHash} ${log.topics.join()} ${log.data}`).join('\n');
}

/** The same in few bytes, for what is only compared. */
export function digest(logs: readonly Log[]): string {
  return createHash('sha256').update(fingerprint(logs)).digest('base64');
}
