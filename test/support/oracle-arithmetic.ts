/** Plain decimal of base units, digit by digit. */
export function decimal(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const text = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`;
  return (units < 0n ? '-' : '') + text.replace(/\.?0*$/, '');
}

/** a / b to whole, half away from zero. */
export function round(a: bigint, b: bigint): bigint {
  if (b < 0n) return round(-a, -b);
  if (a < 0n) return -round(-a, b);
  const rest = a % b;
  return a / b + (2n * rest >= b ? 1n : 0n);
}

/** Mean of an amount over a count, to `places`. */
export const average = (amount: bigint, count: number, places: number): string =>
  decimal(round(amount, BigInt(count)), places);

/** Mean of counts, to 2 places. */
export const mean = (sum: number, count: number): string => decimal(round(BigInt(sum) * 100n, BigInt(count)), 2);

/** Change in percent to 4 places; null from 0. */
export const percent = (before: bigint, after: bigint): string | null =>
  before === 0n ? null : decimal(round((after - before) * 1_000_000n, before), 4);

/** Part of a supply in percent to 6 places; 0 without supply. */
export const share = (part: bigint, supply: bigint): string =>
  supply <= 0n ? '0' : decimal(round(part * 100_000_000n, supply), 6);
