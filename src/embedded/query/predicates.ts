import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { canonicalText, compare, isEqual } from './compare.js';
import { isDocument, isTruthy, numericOf, rankOf, typeNames, typeOf } from './values.js';

/** One condition on the values that a path reaches. */
export interface FieldTest {
  /** Holds for the field when it holds for one of its values (undefined: missing). */
  readonly test: (value: unknown) => boolean;
  /** True for `$ne` and `$exists: false`: holds when no value passes. */
  readonly negated: boolean;
}

/** Compiles the condition of one field: a value to equal, or an object of operators. */
export function compilePredicate(condition: unknown): FieldTest[] {
  if (!isOperators(condition)) return [positive(equalTest(condition))];
  return Object.entries(condition).map(([operator, argument]) => {
    const compile = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (compile === undefined) throw new MongoError('BadValue', `unknown operator: ${operator}`);
    return compile(argument);
  });
}

/** True for an object whose first field is an operator: MongoDB decides by the first. */
export function isOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}

const operators: Record<string, (argument: unknown) => FieldTest> = {
  $eq: (argument) => positive(equalTest(argument)),
  $ne: (argument) => negative(equalTest(argument)),
  $gt: (argument) => positive(rangeTest(argument, (difference) => difference > 0)),
  $gte: (argument) => positive(rangeTest(argument, (difference) => difference >= 0)),
  $lt: (argument) => positive(rangeTest(argument, (difference) => difference < 0)),
  $lte: (argument) => positive(rangeTest(argument, (difference) => difference <= 0)),
  $in: (argument) => positive(memberTest(argument)),
  $exists: (argument) => {
    const exists = (value: unknown) => value !== undefined;
    return isTruthy(argument) ? positive(exists) : negative(exists);
  },
  $type: (argument) => positive(typeTest(argument)),
};

function positive(test: FieldTest['test']): FieldTest {
  return { test, negated: false };
}

function negative(test: FieldTest['test']): FieldTest {
  return { test, negated: true };
}

function equalTest(expected: unknown): FieldTest['test'] {
  refusePattern(expected);
  if (expected === null || expected === undefined) return (value) => value === null || value === undefined;
  if (typeof expected === 'string' || typeof expected === 'boolean') return (value) => value === expected;
  return (value) => isEqual(value, expected);
}

/** Ordering inside one type; NaN is in no range, and null is in the closed ranges of null only. */
function rangeTest(bound: unknown, holds: (difference: number) => boolean): FieldTest['test'] {
  refusePattern(bound);
  const type = typeOf(bound);
  if (type === 'minKey' || type === 'maxKey') return (value) => value !== undefined && holds(compare(value, bound));
  const rank = rankOf(bound);
  if (Number.isNaN(numericOf(bound))) return (value) => holds(0) && Number.isNaN(numericOf(value));
  if (bound instanceof Date) {
    const time = bound.getTime();
    return (value) => value instanceof Date && holds(value.getTime() - time);
  }
  const ordered = (value: unknown) => !Number.isNaN(numericOf(value)) && holds(compare(value, bound));
  if (typeof bound !== 'number' && typeof bound !== 'string') {
    return (value) => rankOf(value) === rank && ordered(value);
  }
  const plain = typeof bound;
  // The hot case: same JavaScript type, no ranks needed.
  return (value) =>
    typeof value === plain
      ? !Number.isNaN(value) && holds(compare(value, bound))
      : rankOf(value) === rank && ordered(value);
}

function memberTest(members: unknown): FieldTest['test'] {
  if (!Array.isArray(members)) throw new MongoError('BadValue', '$in needs an array');
  if (members.some(isOperators)) throw new MongoError('BadValue', 'cannot nest $ under $in');
  members.forEach(refusePattern);
  const values = new Set(members.map(canonicalText));
  const texts = new Set(members.filter((member) => typeof member === 'string'));
  return (value) => (typeof value === 'string' ? texts.has(value) : values.has(canonicalText(value)));
}

/** As a condition a pattern would be matched, which this server does not do; comparing with it would answer something else. */
function refusePattern(value: unknown): void {
  if (typeOf(value) !== 'regex') return;
  throw new MongoError(
    'BadValue',
    'This server matches no regular expressions: compare with values and ranges instead.',
  );
}

function typeTest(argument: unknown): FieldTest['test'] {
  const wanted: unknown[] = Array.isArray(argument) ? argument : [argument];
  if (wanted.length === 0) throw new MongoError('FailedToParse', '$type must match at least one type');
  const unknown = wanted.find((name) => name !== 'number' && !typeNames.has(name));
  if (unknown !== undefined)
    throw new MongoError(
      'BadValue',
      `Unknown type name alias: ${String(unknown)}; this server takes names, no numbers`,
    );
  const types = new Set(wanted.flatMap((name) => (name === 'number' ? ['int', 'long', 'double', 'decimal'] : [name])));
  return (value) => types.has(typeOf(value));
}
