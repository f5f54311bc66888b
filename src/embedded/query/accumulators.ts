import { MongoError } from '../errors.js';
import { operand, Summation } from './arithmetic.js';
import { compare } from './compare.js';
import { compileExpression } from './expression.js';
import type { Scope } from './scope.js';
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
  const create = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (create === undefined) throw new MongoError('Location15952', `unknown group operator '${name}'`);
  const expression = compileExpression(argument, known);
  return () => {
    const { add, result } = create();
    return { add: (scope) => add(expression(scope)), result };
  };
}

interface Folding {
  add(value: unknown): void;
  result(): unknown;
}

const accumulators: Record<string, () => Folding> = {
  $sum: () => {
    const total = new Summation();
    return {
      // What is no number does not count.
      add: (value) => {
        if (numericOf(value) !== undefined || typeOf(value) === 'decimal') total.add(operand('$sum', value));
      },
      result: () => total.total(),
    };
  },
  $min: () => extreme(-1),
  $max: () => extreme(1),
};

/** The least or greatest value; null and missing ones are passed over. */
function extreme(direction: 1 | -1): Folding {
  let best: unknown = null;
  return {
    add: (value) => {
      if (value === null || value === undefined) return;
      if (best === null || compare(value, best) * direction > 0) best = value;
    },
    result: () => best,
  };
}
