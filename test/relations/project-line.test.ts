import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectLine } from '../../src/relations/project-line.js';
import { project } from '../support/oracle-projection.js';

describe('Projection along a line', () => {
  it('continues an exact line without any doubt', () => {
    expect(projectLine({ values: [10n, 13n, 16n, 19n], count: 2 })).toEqual([
      { expected: 22n, lower: 22n, upper: 22n },
      { expected: 25n, lower: 25n, upper: 25n },
    ]);
  });

  it('gives the interval of a worked example', () => {
    // y = 0.8 x + 1.3, SSE 1.8, s² 0.9, Sxx 5: 4.5 ± 4.302653 · √(0.9 · (1 + 1/4 + 6.25/5)) = 4.5 ± 6.45398, in thousandths.
    expect(projectLine({ values: [1000n, 3000n, 2000n, 4000n], count: 1 })).toEqual([
      { expected: 4500n, lower: 0n, upper: 10_954n },
    ]);
  });

  it('clips at zero and is empty below four values and above eleven', () => {
    expect(projectLine({ values: [9n, 6n, 3n, 0n], count: 1 })).toEqual([{ expected: 0n, lower: 0n, upper: 0n }]);
    expect(projectLine({ values: [1n, 2n, 3n], count: 4 })).toEqual([]);
    expect(projectLine({ values: Array.from({ length: 12 }, () => 1n), count: 4 })).toEqual([]);
  });

  it('agrees to the last digit with fractions for any amounts', () => {
    const amount = fc.oneof(fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 10n ** 78n }));
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 4, maxLength: 11 }),
        fc.integer({ min: 1, max: 52 }),
        (values, count) => {
          expect(projectLine({ values, count })).toEqual(project(values, count));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('uses the quantiles of Student that integration gives, to 6 decimals', () => {
    for (let freedom = 2; freedom <= 9; freedom += 1) {
      const t = quantile(freedom);
      // One value above the others: half the interval is t times a standard error that doubles are exact enough for.
      const values = Array.from({ length: freedom + 2 }, (_, i) => (i === 0 ? 10n ** 30n : 0n) + 10n ** 33n);
      const [next] = projectLine({ values, count: 1 });
      const half = Number((next?.upper ?? 0n) - (next?.expected ?? 0n)) / 1e30;
      expect(half / standardError(freedom + 2)).toBeCloseTo(t, 6);
    }
  });
});

/** Standard error of a new value behind 1, 0, 0, …, 0. */
function standardError(n: number): number {
  const xs = Array.from({ length: n }, (_, i) => i);
  const ys = xs.map((x) => (x === 0 ? 1 : 0));
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / n;
  const sxx = xs.reduce((sum, x) => sum + (x - mean(xs)) ** 2, 0);
  const slope = xs.reduce((sum, x, i) => sum + (x - mean(xs)) * ((ys[i] ?? 0) - mean(ys)), 0) / sxx;
  const errors = xs.reduce((sum, x, i) => sum + ((ys[i] ?? 0) - mean(ys) - slope * (x - mean(xs))) ** 2, 0);
  return Math.sqrt((errors / (n - 2)) * (1 + 1 / n + (n - mean(xs)) ** 2 / sxx));
}

/** 97.5 % quantile of Student's distribution: its density integrated by Simpson's rule, the end found by halving. */
function quantile(freedom: number): number {
  const gamma = (twice: number): number =>
    twice === 1 ? Math.sqrt(Math.PI) : twice === 2 ? 1 : (twice / 2 - 1) * gamma(twice - 2);
  const scale = gamma(freedom + 1) / (Math.sqrt(freedom * Math.PI) * gamma(freedom));
  const density = (x: number): number => scale * (1 + (x * x) / freedom) ** (-(freedom + 1) / 2);
  const upTo = (end: number): number => {
    const steps = 2_000;
    const h = end / steps;
    let sum = density(0) + density(end);
    for (let i = 1; i < steps; i += 1) sum += density(i * h) * (i % 2 === 0 ? 2 : 4);
    return (sum * h) / 3;
  };
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (upTo(middle) < 0.475) low = middle;
    else high = middle;
  }
  return low;
}
