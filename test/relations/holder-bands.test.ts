import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAmount, encodeAmount } from '../../src/models/amount.js';
import { addBalance, bandsOf, edgesOf, emptySums, leastBalance } from '../../src/relations/holder-bands.js';
import { nobody } from '../support/nobody.js';

const edges = edgesOf([
  { name: 'whale', minShare: '1' },
  { name: 'large', minShare: '0.1' },
  { name: 'medium', minShare: '0.010' },
  { name: 'small', minShare: '0' },
]);

const bands = (supply: bigint, balances: readonly bigint[], all = balances) => {
  const held = all.reduce((sum, balance) => sum + balance, 0n);
  const totals = { ...nobody.totals, holderCount: all.length, heldAmount: encodeAmount(held) };
  const sums = emptySums(edges);
  for (const balance of balances) addBalance(sums, balance, edges, supply);
  return bandsOf({ ...nobody, decimals: 0, totals }, edges, sums);
};
const counts = (list: ReturnType<typeof bands>): number[] => list.map(({ holderCount }) => holderCount);

describe('Bands of holders', () => {
  it('take their lower edge in and leave the upper one to the band above, exactly', () => {
    const supply = 10_000_000n;
    expect(counts(bands(supply, [100_000n, 99_999n, 10_000n, 9_999n, 1_000n]))).toEqual([1, 2, 2, 0]);
    // An edge between two integers: 1 % of 10^30 + 1 is reached by the next integer only.
    const odd = 10n ** 30n + 1n;
    expect(counts(bands(odd, [10n ** 28n, 10n ** 28n + 1n]))).toEqual([1, 1, 0, 0]);
  });

  it('give the lowest band what the totals leave', () => {
    const list = bands(10_000n, [500n, 20n], [500n, 20n, 3n, 2n]);
    expect(list).toEqual([
      { name: 'whale', minShare: '1', maxShare: null, holderCount: 1, balance: '500' },
      { name: 'large', minShare: '0.1', maxShare: '1', holderCount: 1, balance: '20' },
      { name: 'medium', minShare: '0.01', maxShare: '0.1', holderCount: 0, balance: '0' },
      { name: 'small', minShare: '0', maxShare: '0.01', holderCount: 2, balance: '5' },
    ]);
  });

  it('put everybody into the lowest band where nothing was added to the others', () => {
    const totals = { ...nobody.totals, holderCount: 2, heldAmount: encodeAmount(8n) };
    const list = bandsOf({ ...nobody, decimals: 0, totals }, edges, emptySums(edges));
    expect(counts(list)).toEqual([0, 0, 0, 2]);
    expect(list.map(({ balance }) => balance)).toEqual(['0', '0', '0', '8']);
  });

  it('are read from the smallest balance on that reaches the edge', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 78n }), fc.constantFrom(...edges.slice(0, -1)), (supply, edge) => {
        const least = decodeAmount(leastBalance(edge, supply));
        const reaches = (balance: bigint): boolean =>
          balance * 100n * 10n ** BigInt(edge.places) >= edge.units * supply;
        expect(reaches(least)).toBe(true);
        expect(least === 1n || !reaches(least - 1n)).toBe(true);
      }),
    );
  });
});
