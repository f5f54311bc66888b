/**
 * Amounts: integers of base units, of any size, as `bigint` in memory.
 *
 * Stored form: text whose order is the numeric order, so that an index on it sorts balances. A sign digit (1 for zero and more,
 * 0 for negative), two digits of length, the digits; for negatives length and digits are complemented to nines.
 * `0` → `1010`, `25` → `10225`, `-25` → `09774`.
 */
export function encodeAmount(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString();
  if (digits.length > maxDigits)
    throw new RangeError(`An amount has at most ${maxDigits} digits, got ${digits.length}.`);
  const body = digits.length.toString().padStart(2, '0') + digits;
  return units < 0n ? `0${complement(body)}` : `1${body}`;
}

/** Base units of a stored amount; throws RangeError when the text is not one. */
export function decodeAmount(stored: string): bigint {
  const negative = stored.charCodeAt(0) === 48;
  const body = negative ? complement(stored.slice(1)) : stored.slice(1);
  const digits = body.slice(2);
  if (
    (!negative && stored.charCodeAt(0) !== 49) ||
    Number(body.slice(0, 2)) !== digits.length ||
    !/^\d+$/.test(digits)
  ) {
    throw new RangeError(`Not a stored amount: ${JSON.stringify(stored.slice(0, 120))}`);
  }
  return negative ? -BigInt(digits) : BigInt(digits);
}

/** Plain decimal of base units: no exponent, no further zeros at either end, `-` when negative, `0` for zero. */
export function formatUnits(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Base units of a plain decimal with at most `decimals` places; undefined when the text is anything else. */
export function parseUnits(text: string, decimals: number): bigint | undefined {
  const match = /^(-?)(\d{1,99})(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return undefined;
  const units = BigInt(match[2] + fraction.padEnd(decimals, '0'));
  return match[1] === '-' ? -units : units;
}

/** numerator / denominator × 10^places, rounded half away from zero, once; the denominator may not be zero. */
export function divideRounded(numerator: bigint, denominator: bigint, places = 0): bigint {
  const scaled = numerator * 10n ** BigInt(places);
  const negative = scaled < 0n !== denominator < 0n;
  const top = scaled < 0n ? -scaled : scaled;
  const bottom = denominator < 0n ? -denominator : denominator;
  const rounded = (top * 2n + bottom) / (bottom * 2n);
  return negative ? -rounded : rounded;
}

/** Quotient as a plain decimal with at most `places` places. */
export function formatQuotient(numerator: bigint, denominator: bigint, places: number): string {
  return formatUnits(divideRounded(numerator, denominator, places), places);
}

/** Change from `before` to `after` in percent to 4 places; null when `before` is zero. */
export function percentChange(before: bigint, after: bigint): string | null {
  return before === 0n ? null : formatQuotient((after - before) * 100n, before < 0n ? -before : before, 4);
}

/** Part of a whole in percent to 6 places; `0` where the whole is not above zero. */
export function shareOf(part: bigint, whole: bigint): string {
  return whole > 0n ? formatQuotient(part * 100n, whole, 6) : '0';
}

const maxDigits = 99;
const complement = (digits: string): string => digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
