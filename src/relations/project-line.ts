/** A value on the continued line and the ends of its 95 % prediction interval; none is below 0. */
export interface Projected {
  readonly expected: bigint;
  readonly lower: bigint;
  readonly upper: bigint;
}

/**
 * Lays the least-squares line through equidistant values and continues it by `count` steps. Every result is the exact one, rounded once
 * to a whole: all sums are integers over the common denominator n·D, and the root is taken of an exact quotient. Empty with fewer than
 * 4 values; at most 11 are expected.
 */
export function projectLine({ values, count }: { values: readonly bigint[]; count: number }): Projected[] {
  const t = studentT[values.length - 2];
  if (values.length < 4 || t === undefined) return [];
  const n = BigInt(values.length);
  const sumX = (n * (n - 1n)) / 2n;
  const sumXX = ((n - 1n) * n * (2n * n - 1n)) / 6n;
  const sumY = values.reduce((sum, y) => sum + y, 0n);
  const sumYY = values.reduce((sum, y) => sum + y * y, 0n);
  const sumXY = values.reduce((sum, y, x) => sum + BigInt(x) * y, 0n);
  const spread = n * sumXX - sumX * sumX;
  const slope = n * sumXY - sumX * sumY;
  // Residual sum of squares, times n·spread.
  const residual = (n * sumYY - sumY * sumY) * spread - slope * slope;
  return Array.from({ length: count }, (_, step) => {
    const distance = n * (n + BigInt(step)) - sumX;
    const line = sumY * spread + slope * distance;
    // Variance of a new value, times n·spread and (n·spread)².
    const variance = residual * (n * spread + spread + distance * distance);
    const scale = { denominator: n * spread * million, center: line * million };
    const square = { top: t * t * variance, bottom: n - 2n };
    return {
      expected: roundRoot({ ...scale, sign: 1n, top: 0n, bottom: 1n }),
      lower: roundRoot({ ...scale, sign: -1n, ...square }),
      upper: roundRoot({ ...scale, sign: 1n, ...square }),
    };
  });
}

/** Student's t for 97.5 % by degrees of freedom, in millionths. */
const studentT: Readonly<Record<number, bigint>> = {
  2: 4302653n,
  3: 3182446n,
  4: 2776445n,
  5: 2570582n,
  6: 2446912n,
  7: 2364624n,
  8: 2306004n,
  9: 2262157n,
};

const million = 1_000_000n;

/**
 * (center ± √(top/bottom)) / denominator, rounded half up and clipped at 0. Exact although the root is irrational: a quotient by an
 * integer has the same floor when its numerator is cut down to an integer first.
 */
function roundRoot({ center, sign, top, bottom, denominator }: Rooted): bigint {
  // floor(v + 1/2) = floor((2·center + denominator ± √(4·top/bottom)) / (2·denominator))
  const floorRoot = squareRoot((4n * top) / bottom);
  const root = sign < 0n && floorRoot * floorRoot * bottom < 4n * top ? floorRoot + 1n : floorRoot;
  const numerator = 2n * center + denominator + sign * root;
  return numerator <= 0n ? 0n : numerator / (2n * denominator);
}

interface Rooted {
  readonly center: bigint;
  readonly sign: 1n | -1n;
  readonly top: bigint;
  readonly bottom: bigint;
  readonly denominator: bigint;
}

/** Largest integer whose square is not above the value: Newton's method from above. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
