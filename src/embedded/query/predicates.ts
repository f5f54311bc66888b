import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { integerArgument } from './arguments.js';
import { canonicalText, compare, isEqual } from './compare.js';
import { compilePattern } from './pattern.js';
import { isDocument, numericOf, rankOf, type TypeName, typeOf } from './values.js';

/** One condition on the values that a path reaches. */
export interface FieldTest {
  /** Holds for the field when it holds for one of its values (undefined: missing). */
  readonly test: (value: unknown) => boolean;
  /** False for what looks at an array as a whole, such as `$size`. */
  readonly expandLeaf: boolean;
  /** True for `$ne`, `$nin` and `$not`: holds when no value passes. */
  readonly negated: boolean;
  /** Conditions that must hold together, each on the whole path (`$not`, `$all`); `test` is not used then. */
  readonly group?: readonly FieldTest[];
}

/** What conditions need from the filter around them. */
export interface PredicateContext {
  readonly elementFilter: (filter: Document) => (document: Document) => boolean;
}

/** Compiles the condition of one field: a value to equal, a pattern, or an object of operators. */
export function compilePredicate(condition: unknown, context: PredicateContext): FieldTest[] {
  if (isPattern(condition)) return [positive(patternTest(condition))];
  if (!isOperators(condition)) return [positive(equalTest(condition))];
  return Object.entries(condition).flatMap(([operator, argument]) => {
    if (operator === '$options') {
      if (!('$regex' in condition)) throw new MongoError('BadValue', '$options needs a $regex');
      return [];
    }
    const compile = operators[operator];
    if (compile === undefined || !Object.hasOwn(operators, operator)) {
      throw new MongoError('BadValue', `unknown operator: ${operator}`);
    }
    return [compile(argument, context, condition)];
  });
}

/** Compiles a condition for one value by itself: an array is not entered. */
export function compileElementTest(condition: unknown, context: PredicateContext): (value: unknown) => boolean {
  const tests = compilePredicate(condition, context);
  return (value) => tests.every((test) => holdsFor(test, value));
}

function holdsFor({ test, group, negated }: FieldTest, value: unknown): boolean {
  const holds = group === undefined ? test(value) : group.every((member) => holdsFor(member, value));
  return holds !== negated;
}

/** True for an object whose first field is an operator: MongoDB decides by the first. */
export function isOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}

const operators: Record<string, (argument: unknown, context: PredicateContext, all: Document) => FieldTest> = {
  $eq: (argument) => positive(equalTest(argument)),
  $ne: (argument) => {
    if (isPattern(argument)) throw new MongoError('BadValue', "Can't have regex as arg to $ne.");
    return negative(equalTest(argument));
  },
  $gt: (argument) => positive(rangeTest('$gt', argument, (difference) => difference > 0)),
  $gte: (argument) => positive(rangeTest('$gte', argument, (difference) => difference >= 0)),
  $lt: (argument) => positive(rangeTest('$lt', argument, (difference) => difference < 0)),
  $lte: (argument) => positive(rangeTest('$lte', argument, (difference) => difference <= 0)),
  $in: (argument) => positive(memberTest('$in', argument)),
  $nin: (argument) => negative(memberTest('$nin', argument)),
  $exists: (argument) => ({ ...whole((value) => value !== undefined), negated: !isTrue(argument) }),
  $type: (argument) => positive(typeTest(argument)),
  $mod: (argument) => positive(modTest(argument)),
  $size: (argument) => {
    const size = integerArgument('Failed to parse $size.', argument);
    if (size < 0)
      throw new MongoError('BadValue', `Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
    return whole((value) => Array.isArray(value) && value.length === size);
  },
  $regex: (argument, _context, all) => positive(patternTest(argument, all.$options)),
  $not: (argument, context) => {
    if (isPattern(argument)) return negative(patternTest(argument));
    if (!isOperators(argument)) throw new MongoError('BadValue', '$not needs a regex or a document');
    return { ...negative(never), group: compilePredicate(argument, context) };
  },
  $elemMatch: (argument, context) => whole(elementTest(argument, context)),
  $all: (argument, context) => {
    if (!Array.isArray(argument)) throw new MongoError('BadValue', '$all needs an array');
    if (argument.length === 0) return positive(never);
    const members = argument.map((member: unknown) => {
      if (isOperators(member) && '$elemMatch' in member) return whole(elementTest(member.$elemMatch, context));
      if (isOperators(member)) throw new MongoError('BadValue', 'no $ expressions in $all');
      return positive(isPattern(member) ? patternTest(member) : equalTest(member));
    });
    return { ...positive(never), group: members };
  },
};

function positive(test: FieldTest['test']): FieldTest {
  return { test, expandLeaf: true, negated: false };
}

function negative(test: FieldTest['test']): FieldTest {
  return { test, expandLeaf: true, negated: true };
}

function whole(test: FieldTest['test']): FieldTest {
  return { test, expandLeaf: false, negated: false };
}

const never = () => false;

function equalTest(expected: unknown): FieldTest['test'] {
  if (expected === null || expected === undefined) return (value) => value === null || value === undefined;
  if (typeof expected === 'string' || typeof expected === 'boolean') return (value) => value === expected;
  return (value) => isEqual(value, expected);
}

/** Ordering inside one type; NaN is in no range, and null is in the closed ranges of null only. */
function rangeTest(operator: string, bound: unknown, holds: (difference: number) => boolean): FieldTest['test'] {
  if (isPattern(bound))
    throw new MongoError('BadValue', `Can't have RegEx as arg to predicate over field '${operator}'.`);
  const type = typeOf(bound);
  if (type === 'minKey' || type === 'maxKey') return (value) => value !== undefined && holds(compare(value, bound));
  const rank = rankOf(bound);
  if (Number.isNaN(numericOf(bound))) return (value) => holds(0) && Number.isNaN(numericOf(value));
  if (bound instanceof Date) {
    const time = bound.getTime();
    return (value) => value instanceof Date && holds(value.getTime() - time);
  }
  if (typeof bound === 'number' || typeof bound === 'string') {
    const plain = typeof bound;
    // The hot case: same JavaScript type, no ranks needed.
    return (value) =>
      typeof value === plain
        ? !Number.isNaN(value) && holds(compare(value, bound))
        : rankOf(value) === rank && !Number.isNaN(numericOf(value)) && holds(compare(value, bound));
  }
  return (value) => rankOf(value) === rank && !Number.isNaN(numericOf(value)) && holds(compare(value, bound));
}

function memberTest(operator: string, members: unknown): FieldTest['test'] {
  if (!Array.isArray(members)) throw new MongoError('BadValue', `${operator} needs an array`);
  if (members.some(isOperators)) throw new MongoError('BadValue', `cannot nest $ under ${operator}`);
  const patterns = members.filter(isPattern).map((pattern) => patternTest(pattern));
  const values = new Set(members.filter((member) => !isPattern(member)).map(canonicalText));
  const texts = new Set(members.filter((member) => typeof member === 'string'));
  return (value) => {
    if (typeof value === 'string' && patterns.length === 0) return texts.has(value);
    return values.has(canonicalText(value)) || patterns.some((test) => test(value));
  };
}

function isPattern(value: unknown): boolean {
  return typeOf(value) === 'regex';
}

function patternTest(pattern: unknown, options?: unknown): FieldTest['test'] {
  const compiled = compilePattern(pattern, options);
  return (value) =>
    typeof value === 'string' ? compiled.test(value) : typeOf(value) === 'regex' && String(value) === String(pattern);
}

function elementTest(condition: unknown, context: PredicateContext): FieldTest['test'] {
  if (!isDocument(condition)) throw new MongoError('BadValue', '$elemMatch needs an Object');
  const first = Object.keys(condition)[0];
  if (first?.startsWith('$') && !['$and', '$or', '$nor', '$expr'].includes(first)) {
    const matches = compileElementTest(condition, context);
    return (value) => Array.isArray(value) && value.some(matches);
  }
  const matches = context.elementFilter(condition);
  return (value) => Array.isArray(value) && value.some((element) => isDocument(element) && matches(element));
}

function modTest(argument: unknown): FieldTest['test'] {
  if (!Array.isArray(argument)) throw new MongoError('BadValue', 'malformed mod, needs to be an array');
  if (argument.length < 2) throw new MongoError('BadValue', 'malformed mod, not enough elements');
  if (argument.length > 2) throw new MongoError('BadValue', 'malformed mod, too many elements');
  const [divisor, remainder] = argument.map((part: unknown) => Math.trunc(Number(numericOf(part) ?? Number.NaN)));
  if (!Number.isFinite(divisor)) throw new MongoError('BadValue', 'malformed mod, divisor not a number');
  if (!Number.isFinite(remainder)) throw new MongoError('BadValue', 'malformed mod, remainder not a number');
  if (divisor === 0) throw new MongoError('BadValue', 'divisor cannot be 0');
  return (value) => {
    const number = numericOf(value);
    if (typeof number === 'bigint') return number % BigInt(divisor as number) === BigInt(remainder as number);
    // Adding 0 makes -0 the remainder 0.
    return number !== undefined && (Math.trunc(number) % (divisor as number)) + 0 === remainder;
  };
}

const typeCodes: Record<number, TypeName> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  [-1]: 'minKey',
  127: 'maxKey',
};
const typeNames = new Set<string>([...Object.values(typeCodes), 'number']);

function typeTest(argument: unknown): FieldTest['test'] {
  const wanted = (Array.isArray(argument) ? argument : [argument]).map((type: unknown) => {
    const name = typeof type === 'string' ? type : typeCodes[Number(numericOf(type))];
    if (name === undefined) throw new MongoError('BadValue', `Invalid numerical type code: ${String(type)}`);
    if (!typeNames.has(name)) throw new MongoError('BadValue', `Unknown type name alias: ${name}`);
    return name;
  });
  if (wanted.length === 0) throw new MongoError('FailedToParse', '$type must match at least one type');
  const types = new Set(wanted.flatMap((name) => (name === 'number' ? ['int', 'long', 'double', 'decimal'] : [name])));
  return (value) => types.has(typeOf(value));
}

/** `$exists: 1` counts as true, 0 and null as false. */
function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && numericOf(value) !== 0;
}
