import { describe, expect, it } from 'vitest';
import { innerRelations, relations } from '../../src/relations/index.js';
import { describeRelation, type RelationPromise } from '../support/describe-relation.js';

type Size = (value: never) => number;
const nodesOf: Size = ({ nodes }: { nodes: unknown[] }) => nodes.length;
const filter = { address: null, kind: null, from: null, to: null };
const wallet = `0x${'12'.repeat(20)}`;

/** What each relation promises. */
const promises: Record<string, RelationPromise<object>> = {
  dailyMetrics: {
    commands: 1,
    args: {},
    other: { from: '2025-02-01', to: '2025-02-11' },
    bounded: { args: { period: 'LAST_7_DAYS' }, rows: 7 },
  },
  uniqueWallets: {
    commands: 1,
    args: {},
    other: { to: '2025-03-01' },
    bounded: { args: { period: 'LAST_7_DAYS' }, rows: 7 },
  },
  weeklyPayments: { commands: 1, args: {}, other: { weeks: 3 }, bounded: { args: { weeks: 2 }, rows: 2 } },
  paymentProjections: { commands: 1, args: {}, other: { weeks: 9 }, bounded: { args: { weeks: 2 }, rows: 2 } },
  priceData: { commands: 1, args: {}, other: { from: '2025-02-01T00:00:00.000Z', to: '2025-02-11T12:00:00.000Z' } },
  latestPrice: { commands: 1, args: {} },
  transactionActivity: {
    commands: 1,
    args: {},
    other: { address: wallet, first: 3 },
    bounded: { args: { first: 5 }, rows: 5, size: nodesOf },
  },
  hourlyActivity: { commands: 1, args: {}, other: { from: '2025-02-01', to: '2025-02-02' } },
  holders: { commands: 1, args: {}, other: { limit: 3 }, bounded: { args: { limit: 4 }, rows: 4 } },
  holderDistribution: { commands: 2, args: {} },
  metrics: { commands: 5, args: {}, other: { period: 'LAST_7_DAYS' } },
  transactionActivityCount: {
    commands: 1,
    args: { ...filter, address: wallet },
    other: { ...filter, from: '2025-03-01T00:00:00.000Z' },
  },
};

describe('Relations', () => {
  it('promise something each', () => {
    const names = [...relations, ...innerRelations].map(({ name }) => name);
    expect(Object.keys(promises)).toEqual(names);
  });

  for (const relation of [...relations, ...innerRelations]) {
    const promise = promises[relation.name];
    if (promise) describeRelation(relation, promise);
  }
});
