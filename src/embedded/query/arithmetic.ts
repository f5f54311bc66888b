import { MongoError } from '../errors.js';
import { numericOf, storableNumber, typeOf } from './values.js';

/** A number as we compute with it: integers beyond 2^53 are bigint, everything else number. */
export type Numeric = number | bigint;

/** Sum; integers stay exact and become a double only beyond 64 bits, as in MongoDB. */
export function add(a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum) || isFraction(a) || isFraction(b)) return sum;
  }
  if (isFraction(a) || isFraction(b)) return Number(a) + Number(b);
  const exact = BigInt(a) + BigInt(b);
  return BigInt.asIntN(64, exact) === exact ? (numericOf(exact) as Numeric) : Number(exact);
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
    if (!isFraction(value)) {
      this.#integers = add(this.#integers, value);
      return;
    }
    this.#hasDoubles = true;
    this.#carry(Number(value));
  }

  /** The total as it is stored. */
  total(): unknown {
    if (!this.#hasDoubles) return storableNumber(this.#integers);
    // The integers take part in the compensated sum, or their magnitude would swallow the low part.
    this.#carry(Number(this.#integers));
    this.#integers = 0;
    return Number.isFinite(this.#high) ? this.#high + this.#low : this.#high;
  }

  #carry(value: number): void {
    const sum = this.#high + value;
    const part = sum - this.#high;
    const lost = this.#high - (sum - part) + (value - part);
    this.#high = sum;
    if (Number.isFinite(lost)) this.#low += lost;
  }
}

/** A double that is no exact integer. */
function isFraction(value: Numeric): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}
