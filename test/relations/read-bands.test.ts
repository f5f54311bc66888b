import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../src/loaders/reader.js';
import { encodeAmount } from '../../src/models/amount.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import { addBalance, edgesOf, emptySums } from '../../src/relations/holder-bands.js';
import { readBands } from '../../src/relations/read-bands.js';
import type { FindOptions, Reader } from '../../src/relations/relation.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { explainAll } from '../support/explain.js';
import { nobody } from '../support/nobody.js';

/** Balances of five tokens: many equal ones, most of them far above a tiny supply, and a token without one. */
const supplies = [1n, 1_000n, 10n ** 6n, 0n, -3n];
const balanceOf = (n: number): bigint => BigInt((n * 7_919) % 40) * 10n ** BigInt(n % 5);

describe('Sums of the bands', () => {
  let test: TestDatabase;
  let read: Reader;
  let answers: Array<{ rows: number; limit: number | undefined }>;
  const tokens: TokenSnapshot[] = supplies.map((supply, n) => ({
    ...nobody,
    id: String(n).repeat(24),
    totals: { ...nobody.totals, supply: encodeAmount(supply) },
  }));

  beforeAll(async () => {
    test = await createTestDatabase();
    const rows = tokens.flatMap(({ id: tokenId }) =>
      Array.from({ length: 120 }, (_, n) => ({
        _id: `${tokenId}:${n}`,
        tokenId,
        address: `0x${String(n).padStart(40, '0')}`,
        balance: encodeAmount(balanceOf(n)),
      })),
    );
    await test.database.connection.collection<{ _id: string }>('holders').insertMany(rows);
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    const reader = createReader({ database: test.database, settings: test.config.answers, limits });
    const find = async (...[name, filter, options]: [never, object, FindOptions]) => {
      const found = await reader.find(name, filter, options);
      answers.push({ rows: found.length, limit: options.limit });
      return found;
    };
    read = { ...reader, find: find as Reader['find'] };
  });
  afterAll(() => test?.close());

  const edges = edgesOf([
    { name: 'whale', minShare: '1' },
    { name: 'medium', minShare: '0.01' },
    { name: 'small', minShare: '0' },
  ]);
  const expected = new Map(
    tokens.slice(0, 3).map(({ id }, t) => {
      const sums = emptySums(edges);
      for (let n = 0; n < 120; n += 1) {
        if (balanceOf(n) > 0n) addBalance(sums, balanceOf(n), edges, supplies[t] ?? 0n);
      }
      return [id, sums];
    }),
  );

  it('come with one command when there are few balances', async () => {
    answers = [];
    expect(await readBands(tokens, edges, read)).toEqual(expected);
    expect(answers).toHaveLength(1);
    expect(expected.get(tokens[0]?.id ?? '')?.[0]?.count).toBe(117);
  });

  it.each([1, 2, 7, 39, 117, 200])('are the same when they are read in parts of %i balances', async (mostRows) => {
    answers = [];
    expect(await readBands(tokens, edges, read, mostRows)).toEqual(expected);
    for (const { rows, limit } of answers) {
      expect(limit).toBeLessThanOrEqual(mostRows + 1);
      expect(rows).toBeLessThanOrEqual(mostRows + 1);
    }
  });

  it('are empty for no token, without a supply above 0, and where there is one band only', async () => {
    answers = [];
    expect(await readBands([], edges, read)).toEqual(new Map());
    expect(await readBands(tokens.slice(3), edges, read)).toEqual(new Map());
    expect(await readBands(tokens, edgesOf([{ name: 'all', minShare: '0' }]), read)).toEqual(new Map());
    expect(answers).toEqual([]);
  });

  it('read each later part from the index, from where the one before ended', async () => {
    const filter = {
      tokenId: tokens[0]?.id,
      balance: { $gte: encodeAmount(1n), $lte: encodeAmount(30n) },
      $or: [
        { balance: { $lt: encodeAmount(30n) } },
        { balance: encodeAmount(30n), address: { $gt: `0x${'0'.repeat(40)}` } },
      ],
    };
    const command = { find: 'holders', filter, sort: { balance: -1, address: 1 }, limit: 5 };
    const [plan] = await explainAll(test.database, command, {}, 'executionStats');
    expect(plan?.stages).not.toContain('SORT');
    expect(plan?.examined?.docs).toBeLessThan(30);
  });
});
