import { MongoError } from '../errors.js';
import { numericOf, storableNumber, typeOf } from './values.js';

/** A number as we compute with it: integers beyond 2^53 are bigint, everything else number. */
export type Numeric = number | bigint;

/** Sum; integers stay exact and become a double only beyond 64 bits, as in MongoDB. */
export function add(a: Numeric, b: Numeric): Numeric {
  return compute(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

/** Difference, exact for integers. */
export function subtract(a: Numeric, b: Numeric): Numeric {
  return compute(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

/** Product, exact for integers. */
export function multiply(a: Numeric, b: Numeric): Numeric {
  return compute(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

/** The operand of an operator that computes; decimals are refused, because binary arithmetic would answer them wrongly. */
export function operand(operator: string, value: unknown): Numeric {
  const number = numericOf(value);
  if (number !== undefined) return number;
  const type = typeOf(value);
  if (type === 'decimal')
    throw new MongoError('BadValue', `${operator} does not support decimal values on this server`);
  throw new MongoError('TypeMismatch', `${operator} only supports numeric types, not ${type}`);
}

/** A running total: integers are added exactly, doubles with the lost low part carried along. */
export class Summation {
  #integers: Numeric = 0;
  #high = 0;
  #low = 0;
  #hasDoubles = false;

  /** Adds a number. */
  add(value: Numeric): void {
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
      this.#integers = add(this.#integers, value);
      return;
    }
    this.#hasDoubles = true;
    const sum = this.#high + value;
    const part = sum - this.#high;
    const lost = this.#high - (sum - part) + (value - part);
    this.#high = sum;
    if (Number.isFinite(lost)) this.#low += lost;
  }

  /** The total as it is stored. */
  total(): unknown {
    return this.#hasDoubles ? this.toNumber() : storableNumber(this.#integers);
  }

  /** The total as a double. */
  toNumber(): number {
    if (!this.#hasDoubles) return Number(this.#integers);
    // The integers take part in the compensated sum, or their magnitude would swallow the low part.
    const whole = Number(this.#integers);
    const sum = this.#high + whole;
    const part = sum - this.#high;
    const lost = this.#high - (sum - part) + (whole - part);
    return Number.isFinite(sum) ? sum + (lost + this.#low) : sum;
  }
}

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

function compute(
  a: Numeric,
  b: Numeric,
  doubles: (x: number, y: number) => number,
  integers: (x: bigint, y: bigint) => bigint,
): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = doubles(a, b);
    if (Number.isSafeInteger(result) || !Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return result;
  }
  if (isFraction(a) || isFraction(b)) return doubles(Number(a), Number(b));
  const exact = integers(BigInt(a), BigInt(b));
  if (exact < LONG_MIN || exact > LONG_MAX) return Number(exact);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** A double that is no exact integer. */
function isFraction(value: Numeric): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}
