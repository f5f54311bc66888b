import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferInput } from '../../src/ingest/batch.js';
import { PaymentRuleKind } from '../../src/models/enums.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, dumpOf, randomTransfers, shuffled, wallet } from './support.js';

/** Enough for every kind of row on every day; the second server is slow, and the number changes nothing about what is proven. */
const rows = randomTransfers({ seed: 7, count: 300 });

const ways: Record<string, () => TransferInput[][]> = {
  'in one batch': () => [rows],
  twice: () => [rows, rows],
  'doubled within a batch': () => [[...rows, ...rows]],
  'shuffled, in parts': () => parts(shuffled(rows, 1), 70),
  'shuffled and doubled, in parts': () => parts(shuffled([...rows, ...rows], 2), 110),
  'from the newest to the oldest': () => parts([...rows].reverse(), 60),
  'every other row first': () => [rows.filter((_, i) => i % 2 === 0), rows.filter((_, i) => i % 2 === 1)],
  'without block hashes first, then with them': () => [
    rows.map((row) => ({ ...row, methodId: null, transactionHash: null })),
    rows,
  ],
};

describe('rows end in the same data, and verify is clean, when they come', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => test.close());

  const fill = async (batches: TransferInput[][], writers: number) => {
    const ingests = Array.from({ length: writers }, () => createIngest(test.database));
    const service = ingests[0]?.service;
    const token = await service?.createToken({
      name: 'Any order',
      symbol: 'ANY',
      contractAddress: wallet(0xabc),
      paymentRule: { kind: PaymentRuleKind.METHODS, selectors: ['0xa9059cbb'] },
    });
    const tokenId = token?._id ?? '';
    const runs = ingests.map(async ({ pipeline }, writer) => {
      const own = writer === 0 ? batches : [...batches].reverse();
      for (const transfers of own) await pipeline.commit({ tokenId, source: 'file', transfers });
    });
    await Promise.all(runs);
    expect(await auditAll(test.database)).toEqual([]);
    return (await dumpOf(test.database)).join('\n');
  };

  let reference: string | undefined;
  for (const [way, batches] of Object.entries(ways)) {
    it(way, async () => {
      const dump = await fill(batches(), 1);
      reference ??= dump;
      expect(dump).toBe(reference);
    });
  }

  it('from two pipelines at once, in opposite orders', async () => {
    const dump = await fill(parts(shuffled(rows, 3), 40), 2);
    reference ??= dump;
    expect(dump).toBe(reference);
  });
});

function parts<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
