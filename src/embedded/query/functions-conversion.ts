import { Long, ObjectId } from 'bson';
import { MongoError } from '../errors.js';
import type { ExpressionFunction } from './expression-function.js';
import { isTruthy, numericOf, storableNumber, typeOf } from './values.js';

/** Conversions between types; what MongoDB cannot convert fails with ConversionFailure (241). */
export const conversionFunctions: Record<string, ExpressionFunction> = {
  $type: { arity: [1, 1], apply: ([value]) => typeOf(value) },
  $isNumber: { arity: [1, 1], apply: ([value]) => numericOf(value) !== undefined || typeOf(value) === 'decimal' },
  $toBool: convert((value) => (typeof value === 'string' ? true : isTruthy(value))),
  $toString: convert((value) => {
    switch (typeOf(value)) {
      case 'date':
        return (value as Date).toISOString();
      case 'int':
      case 'long':
      case 'double':
      case 'decimal':
      case 'string':
      case 'bool':
        return String(value);
      case 'objectId':
        return (value as ObjectId).toHexString();
      default:
        throw unsupported(value, 'string');
    }
  }),
  $toObjectId: convert((value) => {
    if (value instanceof ObjectId) return value;
    if (typeof value !== 'string') throw unsupported(value, 'objectId');
    if (!/^[0-9a-f]{24}$/i.test(value)) throw failed(value, 'ObjectId', 'Invalid string length or digit');
    return ObjectId.createFromHexString(value);
  }),
  $toInt: convert((value) => integerOf(value, 'int', 31n)),
  $toLong: convert((value) => integerOf(value, 'long', 63n)),
  $toDouble: convert((value) => {
    if (value instanceof Date) return value.getTime();
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'string') {
      if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return Number(value);
      throw failed(value, 'double', 'Did not consume whole string.');
    }
    const number = numericOf(value);
    if (number === undefined) throw unsupported(value, 'double');
    return Number(number);
  }),
  $toDate: convert((value) => {
    if (value instanceof Date) return value;
    if (value instanceof ObjectId) return value.getTimestamp();
    if (typeof value === 'string') {
      const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(time)) throw failed(value, 'date', 'an incomplete or unknown date/time string has been found');
      return new Date(time);
    }
    const number = numericOf(value);
    if (number === undefined || typeOf(value) === 'int') throw unsupported(value, 'date');
    return new Date(Math.trunc(Number(number)));
  }),
};

function convert(apply: (value: unknown) => unknown): ExpressionFunction {
  return { arity: [1, 1], apply: ([value]) => (value === null || value === undefined ? null : apply(value)) };
}

function integerOf(value: unknown, target: string, bits: bigint): unknown {
  const limit = 2n ** bits;
  let whole: bigint;
  if (typeof value === 'boolean') whole = BigInt(value);
  else if (value instanceof Date && target === 'long') whole = BigInt(value.getTime());
  else if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw failed(value, target, 'Did not consume whole string.');
    whole = BigInt(value.replace('+', ''));
  } else {
    const number = numericOf(value);
    if (number === undefined) throw unsupported(value, target);
    if (!Number.isFinite(Number(number))) throw failed(value, target, 'Attempt to convert NaN or infinity');
    whole = typeof number === 'bigint' ? number : BigInt(Math.trunc(number));
  }
  if (whole < -limit || whole >= limit) throw failed(value, target, 'Conversion would overflow target type');
  return target === 'long' ? Long.fromBigInt(whole) : storableNumber(Number(whole));
}

function unsupported(value: unknown, target: string): MongoError {
  return new MongoError(
    'ConversionFailure',
    `Unsupported conversion from ${typeOf(value)} to ${target} in $convert with no onError value`,
  );
}

function failed(value: unknown, target: string, reason: string): MongoError {
  return new MongoError(
    'ConversionFailure',
    `Failed to parse '${String(value)}' as ${target} in $convert with no onError value: ${reason}`,
  );
}
