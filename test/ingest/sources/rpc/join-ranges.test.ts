import { describe, expect, it } from 'vitest';
import { createJoin } from '../../../../src/ingest/sources/rpc/join-ranges.js';

const header = (number: number) => ({
  number,
  hash: `0x${number}`,
  parentHash: `0x${number - 1}`,
  time: 0,
  bloom: '0x',
});
const log = (blockNumber: number, logIndex: number) => ({
  blockNumber,
  logIndex,
  blockHash: `0x${blockNumber}`,
  transactionHash: '0x',
  transactionIndex: 0,
  topics: [],
  data: '0x',
});
const range = (from: number, to: number, logs = 1) => ({
  from: header(from),
  to: header(to),
  blocks: [{ header: header(from), logs: Array.from({ length: logs }, (_, i) => log(from, i)) }],
});

describe('ranges joined to parts', () => {
  it('are given when they are as many blocks as one range may have', () => {
    const join = createJoin({ rangeBlocks: 10 });
    expect(join.add(range(1, 4), { isLast: false })).toEqual([]);
    expect(join.add(range(5, 8), { isLast: false })).toEqual([]);
    const [part, ...others] = join.add(range(9, 12), { isLast: false });
    expect(others).toEqual([]);
    expect(part?.end.number).toBe(12);
    expect(part?.blocks.map((block) => block.header.number)).toEqual([1, 5, 9]);
    expect(join.add(range(13, 16), { isLast: false })).toEqual([]);
  });

  it('are given when they have enough logs, when the first has waited, and at the end', () => {
    let now = 0;
    const join = createJoin({ rangeBlocks: 1_000, mostLogs: 10, mostMs: 500, now: () => now });
    expect(join.add(range(1, 2, 6), { isLast: false })).toEqual([]);
    expect(join.add(range(3, 4, 6), { isLast: false }).map(({ end }) => end.number)).toEqual([1, 4]);
    expect(join.add(range(5, 6), { isLast: false })).toEqual([]);
    now = 500;
    expect(join.add(range(7, 8), { isLast: false }).map(({ end }) => end.number)).toEqual([8]);
    expect(join.add(range(9, 9), { isLast: true }).map(({ end }) => end.number)).toEqual([9]);
  });
});
