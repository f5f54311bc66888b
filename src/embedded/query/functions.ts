import { conversionFunctions } from './functions-conversion.js';
import { dateFunctions } from './functions-date.js';
import { numberFunctions } from './functions-number.js';
import { valueFunctions } from './functions-value.js';
import { mingoFunctions } from './mingo.js';

/** An operator that is a function of its evaluated arguments; undefined among them is a missing value. */
export interface ExpressionFunction {
  /** Least and most number of arguments. */
  readonly arity: readonly [least: number, most: number];
  /** Set for operators whose arguments have names; `apply` gets them in this order. */
  readonly named?: readonly string[];
  readonly apply: (parts: unknown[]) => unknown;
}

/** The function of an operator, or undefined when this server does not know it. */
export function functionOf(name: string): ExpressionFunction | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

// Own functions come first: they are the ones in which mingo differs from MongoDB.
const table: Record<string, ExpressionFunction> = {
  ...mingoFunctions(),
  ...valueFunctions,
  ...numberFunctions,
  ...conversionFunctions,
  ...dateFunctions,
};
