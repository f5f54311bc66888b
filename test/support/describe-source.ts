import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenNotFoundError } from '../../src/errors.js';
import type { Position, TransferInput } from '../../src/ingest/batch.js';
import type { Part, ReadRequest, Source } from '../../src/ingest/sources/source.js';

/** A source with data of which a suite knows what has to come. */
export interface SourceUnderTest {
  readonly source: Source;
  readonly address: string;
  /** What it says of the token; fields that it does not know are left out. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** All transfers in order, by the truth. */
  readonly transfers: ReadonlyArray<Pick<TransferInput, 'blockNumber' | 'logIndex' | 'value'>>;
  readonly headBlock: number;
  close(): Promise<void>;
}

/** What every source promises, whatever its rows are made of. `open` gives one with several parts of data. */
export function describeSource(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`the source ${name}`, () => {
    let test: SourceUnderTest;
    let parts: Part[];
    beforeAll(async () => {
      test = await open();
      parts = await readAll(test);
    });
    afterAll(() => test?.close());

    it('gives every transfer once, in the order of the chain', () => {
      const given = parts.flatMap(({ transfers = [] }) => transfers);
      expect(given.map(placeOf)).toEqual(test.transfers.map(placeOf));
    });

    it('makes several parts, and cuts no block between two of them', () => {
      const bounds = parts.flatMap(({ transfers = [] }) =>
        transfers.length === 0 ? [] : [[transfers[0]?.blockNumber ?? 0, transfers.at(-1)?.blockNumber ?? 0] as const],
      );
      expect(parts.length).toBeGreaterThan(1);
      for (const [i, [first]] of bounds.entries()) expect(first).toBeGreaterThan(bounds[i - 1]?.[1] ?? -1);
    });

    it('names with each part the checkpoint that the next one goes on from, and ends at the head', () => {
      for (const [i, { after, checkpoint }] of parts.entries()) {
        expect(after ?? null).toEqual(i === 0 ? null : positionOf(parts[i - 1] as Part));
        expect(checkpoint?.blockNumber).toBeTypeOf('number');
      }
      expect(parts.at(-1)?.checkpoint?.blockNumber).toBe(test.headBlock);
    });

    it('never says that it is less far than the rows that it gives', () => {
      for (const { transfers = [], asOf, checkpoint, headBlock } of parts) {
        const newest = Math.max(0, ...transfers.map(({ blockNumber }) => blockNumber));
        const times = transfers.map(({ timestamp }) => timestamp);
        expect(asOf?.blockNumber ?? 0).toBeGreaterThanOrEqual(newest);
        expect(asOf?.time ?? 0).toBeGreaterThanOrEqual(Math.max(0, ...times));
        expect(asOf?.blockNumber).toBe(checkpoint?.blockNumber);
        expect(headBlock ?? Number.MAX_SAFE_INTEGER).toBeGreaterThanOrEqual(newest);
        if (typeof asOf?.finalizedBlock === 'number') expect(asOf.finalizedBlock).toBeLessThanOrEqual(asOf.blockNumber);
      }
    });

    it('goes on from each of its checkpoints with the rows that come after it, however often it is asked', async () => {
      for (const [i, part] of parts.entries()) {
        const from = positionOf(part);
        const wanted = test.transfers.filter(({ blockNumber }) => blockNumber > from.blockNumber).map(placeOf);
        for (let again = 0; again < (i === 0 ? 2 : 1); again += 1) {
          const rest = await readAll(
            test,
            { after: from, finalized: part.checkpoint?.finalized ?? null },
            parts.slice(0, i + 1),
          );
          expect(rest.every(({ rewindTo }) => rewindTo === undefined)).toBe(true);
          expect(rest.flatMap(({ transfers = [] }) => transfers).map(placeOf)).toEqual(wanted);
        }
      }
    });

    it('has nothing to say behind the newest checkpoint', async () => {
      const last = parts.at(-1) as Part;
      const more = await readAll(
        test,
        { after: positionOf(last), finalized: last.checkpoint?.finalized ?? null },
        parts,
      );
      expect(more.flatMap(({ transfers = [] }) => transfers)).toEqual([]);
    });

    it('gives the same rows again when a reader left after the first part, wherever it cuts them this time', async () => {
      for await (const part of test.source.read(requestOf(test))) {
        const rows = part.transfers ?? [];
        expect(rows.map(placeOf)).toEqual(test.transfers.slice(0, rows.length).map(placeOf));
        break;
      }
      const again = (await readAll(test)).flatMap(({ transfers = [] }) => transfers);
      expect(again).toEqual(parts.flatMap(({ transfers = [] }) => transfers));
    });

    it('ends without an error when it is told to, before the first part and after it', async () => {
      expect(await readAll(test, { signal: AbortSignal.abort() })).toEqual([]);
      const closing = new AbortController();
      const seen: Part[] = [];
      for await (const part of test.source.read(requestOf(test, { signal: closing.signal }))) {
        seen.push(part);
        closing.abort();
      }
      expect(seen).toHaveLength(1);
    });

    it('knows its token, and says of another address that there is none', async () => {
      expect(await test.source.describe(test.address)).toMatchObject(test.facts);
      await expect(test.source.describe(`0x${'0'.repeat(37)}bad`)).rejects.toThrow(TokenNotFoundError);
    });

    it('knows how far it is', async () => {
      const head = await test.source.head();
      expect(head.blockNumber).toBe(test.headBlock);
      expect(head.time).toBe(parts.at(-1)?.asOf?.time);
    });
  });
}

const placeOf = ({ blockNumber, logIndex, value }: Pick<TransferInput, 'blockNumber' | 'logIndex' | 'value'>): string =>
  `${blockNumber}:${logIndex} ${value}`;

function positionOf({ checkpoint }: Part): Position {
  return { blockNumber: checkpoint?.blockNumber ?? -1, blockHash: checkpoint?.blockHash ?? null };
}

async function readAll(
  test: SourceUnderTest,
  changes: Partial<ReadRequest> = {},
  before: readonly Part[] = [],
): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of test.source.read(requestOf(test, changes, before))) parts.push(part);
  return parts;
}

/** A request as the store would make it after the parts that were committed before. */
function requestOf(
  { address }: SourceUnderTest,
  changes: Partial<ReadRequest> = {},
  before: readonly Part[] = [],
): ReadRequest {
  const stored = before.flatMap(({ transfers = [] }) => transfers);
  return {
    address,
    after: null,
    finalized: null,
    signal: new AbortController().signal,
    trail: async function* (atOrBelow) {
      for (const { blockNumber, blockHash } of [...stored].reverse()) {
        if (blockNumber <= atOrBelow && blockHash !== null) yield { blockNumber, blockHash };
      }
    },
    stored: async function* (fromBlock) {
      for (const row of stored) if (row.blockNumber >= fromBlock) yield row;
    },
    ...changes,
  };
}
