import { TransientError } from '../upstream.js';
import { isObject } from './json-rpc.js';
import { readBytes, readHash, readNumber } from './quantities.js';

/** What is needed of a block. */
export interface Header {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Milliseconds. */
  readonly time: number;
  readonly bloom: string;
}

/** True where two answers about a block say the same. */
export function isSameHeader(one: Header, other: Header | null | undefined): boolean {
  return (
    one.hash === other?.hash &&
    one.number === other.number &&
    one.parentHash === other.parentHash &&
    one.time === other.time &&
    one.bloom === other.bloom
  );
}

/** Reads a block of an answer; null where the node has none. Throws TransientError for what is no block, or another than asked. */
export function readHeader(value: unknown, asked?: number): Header | null {
  if (value === null) return null;
  if (!isObject(value)) throw new TransientError(`block ${asked ?? ''}: expected an object or null`);
  const header: Header = {
    number: readNumber(value.number, 'number of a block'),
    hash: readHash(value.hash, 'hash of a block'),
    parentHash: readHash(value.parentHash, 'parentHash of a block'),
    time: readNumber(value.timestamp, 'timestamp of a block') * 1_000,
    bloom: readBytes(value.logsBloom, 'logsBloom of a block'),
  };
  if (header.bloom.length !== 514) throw new TransientError('logsBloom of a block: expected 256 bytes');
  if (asked !== undefined && header.number !== asked) {
    throw new TransientError(`asked for block ${asked}, got block ${header.number}`);
  }
  return header;
}
