import { describe, expect, it } from 'vitest';
import { ContradictionError } from '../../../../src/ingest/sources/rpc/contradiction.js';
import { createHeaders } from '../../../../src/ingest/sources/rpc/headers.js';
import { readLogs } from '../../../../src/ingest/sources/rpc/log.js';
import type { Nodes } from '../../../../src/ingest/sources/rpc/nodes.js';

const address = `0x${'aa'.repeat(20)}`;
const topic = `0x${'dd'.repeat(32)}`;
const hashOf = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`;
const log = {
  address,
  topics: [topic],
  data: '0x',
  blockNumber: '0x5',
  blockHash: hashOf(5),
  transactionHash: hashOf(99),
  transactionIndex: '0x0',
  logIndex: '0x0',
};

/** Nodes that answer headers of a chain; `change` twists one of them. */
function nodesOf(change: (block: { number: number; parentHash: string }) => object = () => ({})): Nodes {
  const blockOf = (number: number) => {
    const block = { number, hash: hashOf(number), parentHash: hashOf(number - 1) };
    return { ...block, timestamp: 1, logsBloom: `0x${'00'.repeat(256)}`, ...change(block) };
  };
  const ask = async (calls: ReadonlyArray<{ params: readonly unknown[] }>, parse: (results: unknown[]) => unknown) =>
    parse(calls.map(({ params }) => blockOf(Number(params[0]))));
  return { ask } as unknown as Nodes;
}

describe('a single answer', () => {
  it('with a log that a reorg removed is not taken, however well the rest of it fits', () => {
    const filter = { address, topics: [topic] };
    expect(readLogs([log], filter)).toHaveLength(1);
    expect(readLogs([{ ...log, removed: false }], filter)).toHaveLength(1);
    expect(() => readLogs([{ ...log, removed: true }], filter)).toThrow(ContradictionError);
  });

  it('of headers that do not follow one another is not taken', async () => {
    expect(await createHeaders({ nodes: nodesOf() }).range(3, 8)).toHaveLength(6);
    const torn = nodesOf(({ number }) => (number === 6 ? { parentHash: hashOf(77) } : {}));
    await expect(createHeaders({ nodes: torn }).range(3, 8)).rejects.toThrow(ContradictionError);
  });
});
