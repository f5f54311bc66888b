import { describe, expect, it } from 'vitest';
import type { Position, TransferInput } from '../../../src/ingest/batch.js';
import { createFileSource, type FileSourceDeps } from '../../../src/ingest/sources/file/file-source.js';
import { spoolTransfers } from '../../../src/ingest/sources/file/spool-transfers.js';
import { createTokenRows } from '../../../src/ingest/sources/file/token-rows.js';
import { wholeBlocks } from '../../../src/ingest/sources/file/whole-blocks.js';
import { neverReplaced } from '../../../src/ingest/sources/never-replaced.js';
import type { Part } from '../../../src/ingest/sources/source.js';
import { describeSource } from '../../support/describe-source.js';
import { createFiles, rowHeader, rowOf } from '../import-support.js';
import { createRandom, shuffled, transfer, wallet } from '../support.js';

const address = wallet(0xaa);
const facts = { name: 'Alpha', symbol: 'ALP', decimals: 6 };

/** Rows of blocks with 0 to 4 events each, beside those of another token that shares the blocks. */
const random = createRandom(7);
const places = Array.from({ length: 400 }, (_, block) => ({ block: block + 1, events: Math.floor(random() * 5) }));
const events = places.flatMap(({ block, events }) => Array.from({ length: events }, (_, log) => ({ block, log })));

describeSource('of files', async () => {
  const files = await createFiles();
  const lines = events.flatMap(({ block, log }) => [
    rowOf({ block, time: 1_736_121_600 + block, log, value: String(block * 10 + log) }),
    rowOf({ token: 0xbb, block, time: 1_736_121_600 + block, log: log + 10 }),
  ]);
  const half = Math.floor(lines.length / 2);
  const mixed = shuffled(lines, 5);
  const spooled = await spoolTransfers({
    files: [
      await files.write('a.csv', [rowHeader, ...mixed.slice(0, half)].join('\n')),
      await files.write('b.csv', [rowHeader, ...mixed.slice(half)].join('\n')),
    ],
    folder: files.folder,
    blockTimes: new Map(),
    onBadRow: (error) => {
      throw error;
    },
  });
  const number = spooled.tokens.findIndex((token) => token.address === address);
  return {
    source: createFileSource({
      ...{ address, facts, checkpoint: 'file:test', rowsOfPart: 100 },
      rows: () => spooled.rows.of(number),
    }),
    address,
    facts,
    transfers: events.map(({ block, log }) => ({ blockNumber: block, logIndex: log, value: BigInt(block * 10 + log) })),
    headBlock: events.at(-1)?.block ?? 0,
    close: async () => {
      spooled.rows.close();
      await files.close();
    },
  };
});

describe('the source of files', () => {
  const rowsOf = (list: ReadonlyArray<readonly [block: number, log: number]>): TransferInput[] =>
    list.map(([blockNumber, logIndex]) => transfer({ blockNumber, logIndex }));
  const read = async (deps: Partial<FileSourceDeps>, after: Position | null = null, isOpened = false) => {
    const parts: Part[] = [];
    const source = createFileSource({ ...{ address, facts, checkpoint: 'file:x', rows: () => [] }, ...deps });
    const { signal } = new AbortController();
    for await (const part of source.read({ address, after, isOpened, ...neverReplaced, signal })) parts.push(part);
    return parts;
  };
  const openings = { blockNumber: 1, balances: new Map([[wallet(1), 5n]]) };
  const prices = [1, 2, 3].map((n) => ({ timestamp: n * 3_600_000, price: '1', volume: '0', where: `prices:${n}` }));

  it('gives opening balances with the first part of a read, wherever it begins, and prices with the last ones', async () => {
    const rows = () => rowsOf([1, 2, 3].map((block) => [block, 0] as const));
    for (const [after, transfers] of [
      [null, [2, 1, 0, 0]],
      [2, [1, 0, 0]],
      [3, [0, 0, 0]],
    ] as const) {
      const position = after === null ? null : { blockNumber: after, blockHash: null };
      const parts = await read({ rows, openings, prices, rowsOfPart: 2 }, position);
      expect(parts.map((part) => part.transfers?.length ?? 0)).toEqual(transfers);
      expect(parts.map((part) => part.openings)).toEqual(parts.map((_, i) => (i === 0 ? openings : undefined)));
      expect(parts.flatMap((part) => part.prices ?? [])).toEqual(prices);
    }
    expect((await read({ rows, openings }, null, true)).map((part) => part.openings)).toEqual([undefined]);
  });

  it('leaves no checkpoint with opening balances and prices that come without rows', async () => {
    const parts = await read({ openings, prices });
    expect(parts.map(({ checkpoint, after, asOf }) => [checkpoint, after, asOf])).toEqual(
      [[], []].map(() => [undefined, undefined, undefined]),
    );
  });

  it('tells of the rows that it passes over, all of them', async () => {
    let skipped = 0;
    const rows = () => rowsOf(Array.from({ length: 25 }, (_, i) => [i + 1, 0] as const));
    const onSkipped = (count: number): void => {
      skipped += count;
    };
    await read({ rows, onSkipped, rowsOfPart: 10 }, { blockNumber: 24, blockHash: null });
    expect(skipped).toBe(24);
    await read({ rows, onSkipped, rowsOfPart: 10 }, { blockNumber: 30, blockHash: null });
    expect(skipped).toBe(24 + 25);
  });

  it('ends a part with a block; only a block that is larger by itself is cut, never between copies, and counts at its end', () => {
    const cut = (list: ReadonlyArray<readonly [number, number]>) =>
      [...wholeBlocks(rowsOf(list), 3)].map(({ rows, doneBlock }) => [
        rows.map(({ blockNumber, logIndex }) => `${blockNumber}:${logIndex}`).join(' '),
        doneBlock,
      ]);
    expect(
      cut([
        [1, 0],
        [2, 0],
        [2, 1],
        [2, 2],
        [3, 0],
      ]),
    ).toEqual([
      ['1:0', 1],
      ['2:0 2:1 2:2', 2],
      ['3:0', 3],
    ]);
    expect(
      cut([
        [1, 0],
        [1, 1],
        [1, 2],
        [1, 2],
        [1, 3],
        [2, 0],
      ]),
    ).toEqual([
      ['1:0 1:1 1:2 1:2', 0],
      ['1:3 2:0', 2],
    ]);
    expect(cut([])).toEqual([]);
  });
});

describe('rows of tokens', () => {
  const begin = () => {
    const passes = { begun: 0, open: 0 };
    const rows = createTokenRows(function* () {
      passes.begun += 1;
      passes.open += 1;
      try {
        for (const [sequence, token] of [0, 0, 2, 2, 3].entries()) {
          const input = transfer({ blockNumber: sequence + 1 });
          yield { token, block: sequence + 1, log: 0, sequence, input };
        }
      } finally {
        passes.open -= 1;
      }
    });
    const blocks = (token: number) => [...rows.of(token)].map(({ blockNumber }) => blockNumber);
    return { rows, passes, blocks };
  };

  it('are read in one pass in the order of the tokens, and in another one where a token is read again', () => {
    const { rows, passes, blocks } = begin();
    expect([0, 1, 2, 3].map(blocks)).toEqual([[1, 2], [], [3, 4], [5]]);
    expect(passes).toEqual({ begun: 1, open: 0 });
    expect([2, 2, 0, 3].map(blocks)).toEqual([[3, 4], [3, 4], [1, 2], [5]]);
    expect(passes).toEqual({ begun: 4, open: 0 });
    rows.close();
  });

  it('may be read beside each other and left in the middle without anything staying open', () => {
    const { rows, passes, blocks } = begin();
    const first = rows.of(0);
    expect(first.next().value?.blockNumber).toBe(1);
    expect(blocks(2)).toEqual([3, 4]);
    expect([...first].map(({ blockNumber }) => blockNumber)).toEqual([2]);
    for (const row of rows.of(2)) {
      expect(row.blockNumber).toBe(3);
      break;
    }
    rows.close();
    expect(passes.open).toBe(0);
  });
});
