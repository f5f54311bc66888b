import { MongoError } from '../errors.js';
import { canonicalText, compare } from './compare.js';
import type { ExpressionFunction } from './expression-function.js';
import { isDocument, isTruthy, numericOf, typeOf } from './values.js';

/** Comparison, strings, arrays, sets and objects. */
export const valueFunctions: Record<string, ExpressionFunction> = {
  $eq: binary((a, b) => compareParts(a, b) === 0),
  $ne: binary((a, b) => compareParts(a, b) !== 0),
  $gt: binary((a, b) => compareParts(a, b) > 0),
  $gte: binary((a, b) => compareParts(a, b) >= 0),
  $lt: binary((a, b) => compareParts(a, b) < 0),
  $lte: binary((a, b) => compareParts(a, b) <= 0),
  $cmp: binary((a, b) => Math.sign(compareParts(a, b))),
  $not: unary((value) => !isTruthy(value)),
  $in: binary((value, list) => {
    if (!Array.isArray(list)) {
      throw new MongoError('Location40081', `$in requires an array as a second argument, found: ${typeOf(list)}`);
    }
    return list.some((member) => compareParts(value, member) === 0);
  }),
  $concat: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (parts) => {
      if (parts.some(isNil)) return null;
      const other = parts.find((part) => typeof part !== 'string');
      if (other !== undefined)
        throw new MongoError('Location16702', `$concat only supports strings, not ${typeOf(other)}`);
      return parts.join('');
    },
  },
  $toLower: unary((value) => (isNil(value) ? '' : requireText('$toLower', value).toLowerCase())),
  $toUpper: unary((value) => (isNil(value) ? '' : requireText('$toUpper', value).toUpperCase())),
  $strLenCP: unary((value) => [...requireText('$strLenCP', value)].length),
  $strLenBytes: unary((value) => Buffer.byteLength(requireText('$strLenBytes', value))),
  $substrCP: {
    arity: [3, 3],
    apply: ([text, start, length]) => {
      const from = Number(numericOf(start) ?? 0);
      return isNil(text)
        ? ''
        : [...requireText('$substrCP', text)].slice(from, from + Number(numericOf(length) ?? 0)).join('');
    },
  },
  $size: unary((value) => {
    if (Array.isArray(value)) return value.length;
    throw new MongoError('Location17124', `The argument to $size must be an array, but was of type: ${typeOf(value)}`);
  }),
  $isArray: unary((value) => Array.isArray(value)),
  $arrayElemAt: binary((list, at) => {
    if (isNil(list) || isNil(at)) return null;
    const index = Number(numericOf(at));
    return requireList('$arrayElemAt', list)[index < 0 ? requireList('$arrayElemAt', list).length + index : index];
  }),
  $first: unary((list) => (isNil(list) ? null : requireList('$first', list)[0])),
  $last: unary((list) => (isNil(list) ? null : requireList('$last', list).at(-1))),
  $reverseArray: unary((list) => (isNil(list) ? null : [...requireList('$reverseArray', list)].reverse())),
  $concatArrays: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (lists) => (lists.some(isNil) ? null : lists.flatMap((list) => requireList('$concatArrays', list))),
  },
  $setUnion: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (lists) => (lists.some(isNil) ? null : unique(lists.flat())),
  },
  $setDifference: binary((a, b) => {
    if (isNil(a) || isNil(b)) return null;
    const others = new Set(requireList('$setDifference', b).map(canonicalText));
    return unique(requireList('$setDifference', a).filter((member) => !others.has(canonicalText(member))));
  }),
  $setIntersection: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (lists) => {
      if (lists.some(isNil)) return null;
      const [first = [], ...others] = lists.map((list) => requireList('$setIntersection', list));
      const sets = others.map((list) => new Set(list.map(canonicalText)));
      return unique(first.filter((member) => sets.every((set) => set.has(canonicalText(member)))));
    },
  },
  $setIsSubset: binary((a, b) => {
    const members = new Set(requireList('$setIsSubset', b).map(canonicalText));
    return requireList('$setIsSubset', a).every((member) => members.has(canonicalText(member)));
  }),
  $mergeObjects: {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (parts) => {
      const list = parts.length === 1 && Array.isArray(parts[0]) ? (parts[0] as unknown[]) : parts;
      const other = list.find((part) => !isNil(part) && !isDocument(part));
      if (other !== undefined) {
        throw new MongoError(
          'Location40400',
          `$mergeObjects requires object inputs, but input is of type ${typeOf(other)}`,
        );
      }
      return Object.fromEntries(list.filter(isDocument).flatMap((part) => Object.entries(part)));
    },
  },
};

/** Comparison in expressions: a missing value is less than null. */
function compareParts(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compare(a, b);
}

function unary(apply: (value: unknown) => unknown): ExpressionFunction {
  return { arity: [1, 1], apply: ([value]) => apply(value) };
}

function binary(apply: (a: unknown, b: unknown) => unknown): ExpressionFunction {
  return { arity: [2, 2], apply: ([a, b]) => apply(a, b) };
}

function isNil(value: unknown): boolean {
  return value === null || value === undefined;
}

function requireText(operator: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new MongoError('Location34471', `${operator} requires a string argument, found: ${typeOf(value)}`);
}

function requireList(operator: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new MongoError('Location28689', `${operator}'s argument must be an array, but is ${typeOf(value)}`);
}

/** Members once each, by BSON equality, in order of value. */
function unique(list: unknown[]): unknown[] {
  return [...new Map(list.map((member) => [canonicalText(member), member])).values()].sort(compare);
}
