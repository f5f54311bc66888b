import { MongoError } from '../errors.js';
import { integerArgument, shown } from './arguments.js';
import { operand, Summation } from './arithmetic.js';
import { canonicalText, compare } from './compare.js';
import { compileExpression } from './expression.js';
import type { Expression, Scope } from './scope.js';
import { compileSort } from './sort.js';
import { isDocument, numericOf, typeOf } from './values.js';

/** Collects the values of one group. */
export interface Accumulator {
  add(scope: Scope): void;
  result(): unknown;
}

/** Compiles `{ $sum: '$amount' }` to a maker of accumulators, one for each group; unknown operators are error 15952. */
export function compileAccumulator(field: string, definition: unknown, known: readonly string[]): () => Accumulator {
  if (!isDocument(definition)) {
    throw new MongoError('Location40234', `The field '${field}' must be an accumulator object`);
  }
  const [entry, ...others] = Object.entries(definition);
  if (entry === undefined || others.length > 0) {
    throw new MongoError('Location40238', `The field '${field}' must specify one accumulator`);
  }
  const [name, argument] = entry;
  const compile = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (compile === undefined) throw new MongoError('Location15952', `unknown group operator '${name}'`);
  return compile(argument, known, name);
}

/** Values of a group, one for each document. */
type Reduce = (values: unknown[]) => unknown;

const accumulators: Record<string, (argument: unknown, known: readonly string[], name: string) => () => Accumulator> = {
  $sum: summing((total) => total.total()),
  $avg: summing((total, count) => (count === 0 ? null : total.toNumber() / count)),
  $count: (argument, known) => {
    if (!isDocument(argument) || Object.keys(argument).length > 0) {
      throw new MongoError('FailedToParse', '$count takes no arguments, i.e. $count:{}');
    }
    return accumulators.$sum?.(1, known, '$sum') as () => Accumulator;
  },
  $min: folding((best, value) => (isNil(best) || (!isNil(value) && compare(value, best) < 0) ? value : best)),
  $max: folding((best, value) => (isNil(best) || (!isNil(value) && compare(value, best) > 0) ? value : best)),
  $first: (argument, known) => {
    const expression = compileExpression(argument, known);
    return () => {
      const values: unknown[] = [];
      return {
        add: (scope) => void (values.length === 0 && values.push(expression(scope))),
        result: () => values[0] ?? null,
      };
    };
  },
  $last: folding((_best, value) => value),
  $push: collecting((values) => values.filter((value) => value !== undefined)),
  $addToSet: collecting((values) => [...bySet(values.filter((value) => value !== undefined))]),
  $mergeObjects: collecting((values) =>
    Object.fromEntries(values.filter(isDocument).flatMap((value) => Object.entries(value))),
  ),
  $firstN: counted((values, n) => values.slice(0, n).map(orNull)),
  $lastN: counted((values, n) => values.slice(-n).map(orNull)),
  $minN: counted((values, n) =>
    values
      .filter((value) => !isNil(value))
      .sort(compare)
      .slice(0, n),
  ),
  $maxN: counted((values, n) =>
    values
      .filter((value) => !isNil(value))
      .sort((a, b) => compare(b, a))
      .slice(0, n),
  ),
  $topN: sorted((values, n) => values.slice(0, n)),
  $bottomN: sorted((values, n) => values.slice(-n)),
  $top: sorted((values) => values[0], 'single'),
  $bottom: sorted((values) => values.at(-1), 'single'),
};

/** Adds as it goes, so that a running total costs one step a document. */
function summing(finish: (total: Summation, count: number) => unknown) {
  return (argument: unknown, known: readonly string[], name: string) => {
    const expression = compileExpression(argument, known);
    return (): Accumulator => {
      const total = new Summation();
      let count = 0;
      return {
        add: (scope) => {
          const value = expression(scope);
          const number = numericOf(value);
          if (number === undefined && typeOf(value) !== 'decimal') return;
          total.add(number ?? operand(name, value));
          count += 1;
        },
        result: () => finish(total, count),
      };
    };
  };
}

function collecting(reduce: Reduce) {
  return (argument: unknown, known: readonly string[]) => {
    const expression = compileExpression(argument, known);
    return (): Accumulator => {
      const values: unknown[] = [];
      return { add: (scope) => void values.push(expression(scope)), result: () => reduce(values) };
    };
  };
}

function folding(fold: (best: unknown, value: unknown) => unknown) {
  return (argument: unknown, known: readonly string[]) => {
    const expression = compileExpression(argument, known);
    return (): Accumulator => {
      let best: unknown = null;
      return {
        add: (scope) => {
          best = fold(best, expression(scope));
        },
        result: () => best ?? null,
      };
    };
  };
}

function counted(reduce: (values: unknown[], n: number) => unknown) {
  return (argument: unknown, known: readonly string[], name: string) => {
    const { input, n } = named(name, argument, ['input', 'n']);
    const count = countOf(name, n);
    return collecting((values) => reduce(values, count))(input, known);
  };
}

/** `$topN` and its like: outputs in the order of their documents. */
function sorted(reduce: (values: unknown[], n: number) => unknown, single?: 'single') {
  return (argument: unknown, known: readonly string[], name: string) => {
    const given = named(name, argument, single ? ['sortBy', 'output'] : ['sortBy', 'output', 'n']);
    if (!isDocument(given.sortBy))
      throw new MongoError('Location10065', `invalid parameter: expected an object (sortBy) for ${name}`);
    const order = compileSort(given.sortBy);
    const output: Expression = compileExpression(given.output, known);
    const count = single ? 1 : countOf(name, given.n);
    return (): Accumulator => {
      const rows: { document: Record<string, unknown>; value: unknown }[] = [];
      return {
        add: (scope) =>
          void rows.push({ document: scope.root as Record<string, unknown>, value: output(scope) ?? null }),
        result: () =>
          reduce(
            rows.sort((a, b) => order(a.document, b.document)).map(({ value }) => value),
            count,
          ),
      };
    };
  };
}

function named(name: string, argument: unknown, fields: string[]): Record<string, unknown> {
  if (!isDocument(argument))
    throw new MongoError('Location5787900', `specification must be an object; found ${shown(argument)}`);
  const unknown = Object.keys(argument).find((field) => !fields.includes(field));
  if (unknown !== undefined)
    throw new MongoError('Location5787901', `Unknown argument for '${name}' operator: ${unknown}`);
  const missing = fields.find((field) => !(field in argument));
  if (missing !== undefined)
    throw new MongoError('Location5787906', `Missing value for '${missing}' in '${name}' operator`);
  return argument;
}

function countOf(name: string, n: unknown): number {
  const count = integerArgument(`${name}: n.`, n);
  if (count < 1) throw new MongoError('Location5787908', `'n' must be greater than 0, found ${count}`);
  return count;
}

function bySet(values: unknown[]): Iterable<unknown> {
  return new Map(values.map((value) => [canonicalText(value), value])).values();
}

function isNil(value: unknown): boolean {
  return value === null || value === undefined;
}

function orNull(value: unknown): unknown {
  return value ?? null;
}
