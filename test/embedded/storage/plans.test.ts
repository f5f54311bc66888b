import type { Document } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Storage } from '../../../src/embedded/contracts.js';
import { index, insertAll, openTestStorage } from './harness.js';

const ns = 'test.rows';

/** 3 tokens with 100 days each; every day has a type and an amount. */
async function daily(): Promise<Storage> {
  const storage = await openTestStorage();
  await storage.createIndexes(ns, [
    index({ token: 1, day: 1 }, { unique: true }),
    index({ token: 1, type: 1, day: -1 }),
    index({ day: 1 }),
  ]);
  const rows = [0, 1, 2].flatMap((token) =>
    Array.from({ length: 100 }, (_, day) => ({
      _id: token * 1000 + day,
      token,
      day,
      type: day % 4,
      amount: (day * 37) % 100,
    })),
  );
  await insertAll(storage, ns, rows);
  return storage;
}

interface Expected {
  readonly asks: string;
  readonly filter: Document;
  readonly sort?: Document;
  readonly limit?: number;
  readonly hint?: string | Document;
  readonly plan: Document;
  readonly days?: number[];
  readonly examined: { keys: number; docs: number };
}

const expectations: Expected[] = [
  { asks: 'one _id', filter: { _id: 5 }, plan: { stage: 'IDHACK' }, days: [5], examined: { keys: 1, docs: 1 } },
  {
    asks: 'several _ids, one of them unknown',
    filter: { _id: { $in: [1003, 7, 9999] } },
    sort: { _id: -1 },
    plan: { stage: 'IDHACK', blockingSort: false },
    days: [3, 7],
    examined: { keys: 3, docs: 2 },
  },
  {
    asks: 'a whole unique key',
    filter: { token: 1, day: 7 },
    plan: { stage: 'IXSCAN', indexName: 'token_1_day_1' },
    days: [7],
    examined: { keys: 1, docs: 1 },
  },
  {
    asks: 'the latest five of a token',
    filter: { token: 1 },
    sort: { day: -1 },
    limit: 5,
    plan: { stage: 'IXSCAN', indexName: 'token_1_day_1', blockingSort: false, keyPattern: { token: 1, day: 1 } },
    days: [99, 98, 97, 96, 95],
    examined: { keys: 5, docs: 5 },
  },
  {
    asks: 'a range of days of a token in an expression, as $lookup writes it',
    filter: { $expr: { $and: [{ $eq: ['$token', 1] }, { $gte: ['$day', 10] }, { $lt: ['$day', 12] }] } },
    sort: { day: 1 },
    plan: { stage: 'IXSCAN', indexName: 'token_1_day_1', blockingSort: false },
    days: [10, 11],
    examined: { keys: 2, docs: 2 },
  },
  {
    asks: 'a rolled-up type, longest prefix of equal fields first',
    filter: { token: 1, type: 3, day: { $lte: 50 } },
    sort: { day: -1 },
    limit: 2,
    plan: { stage: 'IXSCAN', indexName: 'token_1_type_1_day_-1', blockingSort: false },
    days: [47, 43],
    examined: { keys: 2, docs: 2 },
  },
  {
    asks: 'several tokens by token and day: one range after the other',
    filter: { token: { $in: [2, 0] }, day: { $gte: 98 } },
    sort: { token: 1, day: 1 },
    plan: { stage: 'IXSCAN', indexName: 'token_1_day_1', blockingSort: false },
    days: [98, 99, 98, 99],
    examined: { keys: 4, docs: 4 },
  },
  {
    asks: 'several tokens by day alone: the ranges merged',
    filter: { token: { $in: [0, 1, 2] } },
    sort: { day: -1 },
    limit: 3,
    plan: { stage: 'SORT_MERGE', indexName: 'token_1_day_1', blockingSort: false },
    days: [99, 99, 99],
    examined: { keys: 5, docs: 5 },
  },
  {
    asks: 'the page after a row (keyset)',
    filter: { token: 1, $or: [{ day: { $lt: 40 } }, { day: 40, _id: { $lt: 1040 } }] },
    sort: { day: -1, _id: -1 },
    limit: 2,
    plan: { stage: 'SORT_MERGE', blockingSort: false },
    days: [39, 38],
    examined: { keys: 3, docs: 3 },
  },
  {
    asks: 'alternatives on different indexes',
    filter: { $or: [{ token: 0, day: 3 }, { day: 99 }] },
    plan: { stage: 'SORT_MERGE' },
    examined: { keys: 4, docs: 4 },
  },
  {
    asks: 'the latest of all by an index without any filter',
    filter: {},
    sort: { day: -1 },
    limit: 1,
    plan: { stage: 'IXSCAN', indexName: 'day_1', blockingSort: false },
    days: [99],
    examined: { keys: 1, docs: 1 },
  },
  {
    asks: 'the largest amounts of a token, which no index orders',
    filter: { token: 1 },
    sort: { amount: -1 },
    limit: 2,
    plan: { stage: 'IXSCAN', blockingSort: true },
    days: [27, 54],
    examined: { keys: 100, docs: 100 },
  },
  {
    asks: 'a field without an index',
    filter: { amount: 37 },
    plan: { stage: 'COLLSCAN' },
    examined: { keys: 0, docs: 300 },
  },
  {
    asks: 'nothing that can be',
    filter: { token: { $in: [] } },
    plan: { stage: 'EOF' },
    days: [],
    examined: { keys: 0, docs: 0 },
  },
  {
    asks: 'what a hint forces',
    filter: { token: 1, day: 3 },
    hint: { day: 1 },
    plan: { stage: 'IXSCAN', indexName: 'day_1' },
    days: [3],
    examined: { keys: 3, docs: 3 },
  },
];

describe('the plan', () => {
  it.each(expectations.map((expected) => [expected.asks, expected] as const))('of %s', async (_asks, expected) => {
    const { filter, sort, limit, hint, plan, days, examined } = expected;
    const storage = await daily();
    const reader = storage.begin({ multi: false });
    const request = { ns, filter, ...(sort && { sort }), ...(limit && { limit }), ...(hint && { hint }) };
    const found = reader.find(request);
    const rows = [...found];
    expect(found.plan).toMatchObject(plan);
    if (days) expect(rows.map(({ day }) => day)).toEqual(days);
    expect(found.examined).toEqual(examined);
    reader.abort();
  });

  it('of a count reads no document where the index says it all, and only then', async () => {
    const storage = await daily();
    const reader = storage.begin({ multi: false });
    const covered = (filter: Document) => reader.find({ ns, filter }).plan.covered;
    const count = (filter: Document, options = {}) => reader.count({ ns, filter, ...options });
    expect([covered({ token: 1, day: { $gte: 90 } }), count({ token: 1, day: { $gte: 90 } })]).toEqual([true, 10]);
    expect([covered({ token: { $in: [0, 1] }, type: 1 }), count({ token: { $in: [0, 1] }, type: 1 })]).toEqual([
      true,
      50,
    ]);
    expect([covered({}), count({})]).toEqual([true, 300]);
    expect([covered({ token: 1, amount: 37 }), count({ token: 1, amount: 37 })]).toEqual([false, 1]);
    expect([covered({ token: 1, type: { $ne: 1 } }), count({ token: 1, type: { $ne: 1 } })]).toEqual([false, 75]);
    expect(count({ token: 1 }, { skip: 95, limit: 10 })).toBe(5);
    reader.abort();
  });

  it('refuses a hint to an index that is not there, and a sort that is not 1 or -1', async () => {
    const storage = await daily();
    const reader = storage.begin({ multi: false });
    expect(() => reader.find({ ns, hint: 'nothing' })).toThrow(/hint nothing.*_id_, token_1_day_1/);
    expect(() => reader.find({ ns, sort: { day: 'asc' } })).toThrow(/sort order is 1 or -1; day has "asc"/);
    reader.abort();
  });
});
