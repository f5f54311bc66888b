import { round } from './oracle-arithmetic.js';

/** A fraction of integers, never shortened. */
type Fraction = readonly [top: bigint, bottom: bigint];

const of = (value: number | bigint): Fraction => [BigInt(value), 1n];
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
const over = (a: Fraction, [c, d]: Fraction): Fraction => times(a, c < 0n ? [-d, -c] : [d, c]);
const minus = (a: Fraction, [c, d]: Fraction): Fraction => plus(a, [-c, d]);
const sum = (list: readonly Fraction[]): Fraction => list.reduce(plus, of(0));

/** Student's t, 97.5 %, to 6 decimals: the table of any statistics book. */
const table: Record<number, bigint> = {
  2: 4302653n,
  3: 3182446n,
  4: 2776445n,
  5: 2570582n,
  6: 2446912n,
  7: 2364624n,
  8: 2306004n,
  9: 2262157n,
};

/** Least squares as the textbook writes it, in fractions; the root to 40 decimals. */
export function project(values: readonly bigint[], count: number) {
  if (values.length < 4) return [];
  const n = of(values.length);
  const xs = values.map((_, i) => of(i));
  const ys = values.map(of);
  const meanX = over(sum(xs), n);
  const meanY = over(sum(ys), n);
  const sxx = sum(xs.map((x) => times(minus(x, meanX), minus(x, meanX))));
  const sxy = sum(xs.map((x, i) => times(minus(x, meanX), minus(ys[i] ?? of(0), meanY))));
  const slope = over(sxy, sxx);
  const line = (x: Fraction): Fraction => plus(meanY, times(slope, minus(x, meanX)));
  const errors = xs.map((x, i) => minus(ys[i] ?? of(0), line(x)));
  const variance = over(sum(errors.map((e) => times(e, e))), of(values.length - 2));
  const t: Fraction = [table[values.length - 2] ?? 0n, 1_000_000n];
  return Array.from({ length: count }, (_, step) => {
    const x = of(values.length + step);
    const distance = minus(x, meanX);
    const factor = plus(plus(of(1), over(of(1), n)), over(times(distance, distance), sxx));
    const half = root(times(times(t, t), times(variance, factor)));
    return {
      expected: whole(line(x)),
      lower: whole(minus(line(x), half)),
      upper: whole(plus(line(x), half)),
    };
  });
}

const whole = ([top, bottom]: Fraction): bigint => (top <= 0n ? 0n : round(top, bottom));

/** Square root by halving an interval, to 40 decimals. */
function root([top, bottom]: Fraction): Fraction {
  const scale = 10n ** 40n;
  let low = 0n;
  let high = (top / bottom + 2n) * scale;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle * bottom <= top * scale * scale) low = middle;
    else high = middle;
  }
  return [low, scale];
}
