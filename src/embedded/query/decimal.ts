import type { Decimal128, Long } from 'bson';

/** An exact decimal: coefficient * 10^exponent, or one of the three that are no number. */
export type Decimal = { coefficient: bigint; exponent: number } | 'NaN' | 'Infinity' | '-Infinity';

/** Exact decimal of any BSON number; a double counts with all its binary digits, as in MongoDB. */
export function decimalOf(value: unknown): Decimal {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  if (typeof value === 'number') return decimalOfDouble(value);
  const boxed = value as { _bsontype: string };
  if (boxed._bsontype === 'Decimal128') return parse((value as Decimal128).toString());
  if (boxed._bsontype === 'Long') return { coefficient: (value as Long).toBigInt(), exponent: 0 };
  return decimalOfDouble(Number((value as { valueOf(): number }).valueOf()));
}

/** NaN, then -Infinity, the numbers, Infinity. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const left = typeof a === 'string' ? specials[a] : 2;
  const right = typeof b === 'string' ? specials[b] : 2;
  if (left !== right || typeof a === 'string' || typeof b === 'string') return Math.sign(left - right);
  const exponent = Math.min(a.exponent, b.exponent);
  const difference =
    a.coefficient * 10n ** BigInt(a.exponent - exponent) - b.coefficient * 10n ** BigInt(b.exponent - exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** One text for each numeric value, whatever its type. */
export function decimalText(value: unknown): string {
  if (typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isFinite(value))) return String(value + 0);
  const decimal = decimalOf(value);
  if (typeof decimal === 'string') return decimal;
  let { coefficient, exponent } = decimal;
  if (coefficient === 0n) return '0';
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return exponent >= 0 ? String(coefficient * 10n ** BigInt(exponent)) : `${coefficient}e${exponent}`;
}

const specials = { NaN: 0, '-Infinity': 1, Infinity: 3 } as const;

function decimalOfDouble(value: number): Decimal {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  let mantissa = value;
  let halvings = 0;
  // Doubling a double is exact, so this ends at its integer mantissa.
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    halvings += 1;
  }
  return { coefficient: BigInt(mantissa) * 5n ** BigInt(halvings), exponent: -halvings };
}

function parse(text: string): Decimal {
  const [digits = '0', exponent = '0'] = text.split('E');
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return text;
  const [whole = '0', fraction = ''] = digits.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
