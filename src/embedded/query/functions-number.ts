import { MongoError } from '../errors.js';
import { add, multiply, operand, Summation, subtract } from './arithmetic.js';
import { compare } from './compare.js';
import { decimalOf } from './decimal.js';
import type { ExpressionFunction } from './expression-function.js';
import { numericOf, storableNumber, typeOf } from './values.js';

/** Arithmetic: null and missing operands give null, integers stay exact, dates take milliseconds. */
export const numberFunctions: Record<string, ExpressionFunction> = {
  $add: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (parts) => {
      if (parts.some(isNil)) return null;
      const dates = parts.filter((part) => part instanceof Date);
      if (dates.length > 1) throw new MongoError('Location16612', 'only one date allowed in an $add expression');
      const sum = parts.map((part) => (part instanceof Date ? part.getTime() : operand('$add', part))).reduce(add, 0);
      return dates.length === 1 ? new Date(Math.round(Number(sum))) : storableNumber(sum);
    },
  },
  $subtract: numbers(2, ([a, b]) => {
    if (a instanceof Date) {
      if (b instanceof Date) return a.getTime() - b.getTime();
      return new Date(a.getTime() - Math.round(Number(operand('$subtract', b))));
    }
    return storableNumber(subtract(operand('$subtract', a), operand('$subtract', b)));
  }),
  $multiply: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (parts) =>
      parts.some(isNil) ? null : storableNumber(parts.map((part) => operand('$multiply', part)).reduce(multiply, 1)),
  },
  $divide: numbers(2, ([a, b]) => {
    const divisor = Number(operand('$divide', b));
    if (divisor === 0) throw new MongoError('BadValue', "can't $divide by zero");
    return Number(operand('$divide', a)) / divisor;
  }),
  $mod: numbers(2, ([a, b]) => {
    const [value, divisor] = [operand('$mod', a), operand('$mod', b)];
    if (Number(divisor) === 0) throw new MongoError('Location16610', "can't $mod by zero");
    const whole = Number.isSafeInteger(Number(divisor)) && typeof value === 'bigint';
    return whole ? storableNumber(value % BigInt(divisor)) : (Number(value) % Number(divisor)) + 0;
  }),
  $abs: numbers(1, ([value]) => {
    const number = operand('$abs', value);
    return storableNumber(number < 0 ? subtract(0, number) : number);
  }),
  $ceil: rounding('$ceil', Math.ceil),
  $floor: rounding('$floor', Math.floor),
  $trunc: placed('$trunc', () => false),
  $round: placed('$round', isRoundedUp),
  $sum: { arity: [0, Number.POSITIVE_INFINITY], apply: (parts) => sumOf(listed(parts)).total() },
  $avg: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (parts) => {
      const members = listed(parts).filter((part) => isNumber(part));
      return members.length === 0 ? null : sumOf(members).toNumber() / members.length;
    },
  },
  $min: { arity: [0, Number.POSITIVE_INFINITY], apply: (parts) => extreme(listed(parts), -1) },
  $max: { arity: [0, Number.POSITIVE_INFINITY], apply: (parts) => extreme(listed(parts), 1) },
};

/** Adds what is a number and passes over everything else, as `$sum` does. */
export function sumOf(values: readonly unknown[]): Summation {
  const total = new Summation();
  for (const value of values) if (isNumber(value)) total.add(operand('$sum', value));
  return total;
}

function numbers(count: number, apply: (parts: unknown[]) => unknown): ExpressionFunction {
  return { arity: [count, count], apply: (parts) => (parts.some(isNil) ? null : apply(parts)) };
}

function rounding(operator: string, round: (value: number) => number): ExpressionFunction {
  return numbers(1, ([value]) => {
    const number = operand(operator, value);
    return typeof number === 'bigint' ? storableNumber(number) : round(number) + 0;
  });
}

/** `[number, place]`: cuts the exact decimal value of a number at a place, also left of the point. */
function placed(operator: string, isUp: (twice: bigint, unit: bigint, whole: bigint) => boolean): ExpressionFunction {
  return {
    arity: [1, 2],
    apply: ([value, place = 0]) => {
      if (isNil(value) || isNil(place)) return null;
      const number = operand(operator, value);
      const places = Number(operand(operator, place));
      if (!Number.isInteger(places) || places < -20 || places > 100) {
        const problem = `cannot apply ${operator} with precision value ${places}, value must be in [-20, 100]`;
        throw new MongoError('Location51083', problem);
      }
      const decimal = decimalOf(number);
      if (typeof decimal === 'string' || decimal.exponent >= -places) return storableNumber(number);
      const unit = 10n ** BigInt(-places - decimal.exponent);
      const sign = decimal.coefficient < 0n ? -1n : 1n;
      const magnitude = decimal.coefficient * sign;
      const [whole, rest] = [magnitude / unit, magnitude % unit];
      const rounded = sign * (isUp(rest * 2n, unit, whole) ? whole + 1n : whole);
      if (places > 0) return Number(`${rounded}e${-places}`);
      const result = rounded * 10n ** BigInt(-places);
      return typeof number === 'bigint' ? storableNumber(result) : Number(result);
    },
  };
}

/** To the nearest, and half-way to the even neighbour. */
function isRoundedUp(twice: bigint, unit: bigint, whole: bigint): boolean {
  return twice > unit || (twice === unit && whole % 2n === 1n);
}

function extreme(values: readonly unknown[], direction: 1 | -1): unknown {
  const present = values.filter((value) => !isNil(value));
  if (present.length === 0) return null;
  return present.reduce((best, value) => (compare(value, best) * direction > 0 ? value : best));
}

/** One array argument stands for its elements. */
function listed(parts: unknown[]): readonly unknown[] {
  return parts.length === 1 && Array.isArray(parts[0]) ? (parts[0] as unknown[]) : parts;
}

function isNumber(value: unknown): boolean {
  return numericOf(value) !== undefined || typeOf(value) === 'decimal';
}

function isNil(value: unknown): boolean {
  return value === null || value === undefined;
}
