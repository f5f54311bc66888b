import type { ExpressionFunction } from './expression-function.js';
import { conversionFunctions } from './functions-conversion.js';
import { dateFunctions } from './functions-date.js';
import { numberFunctions } from './functions-number.js';
import { valueFunctions } from './functions-value.js';
import { mingoFunctions } from './mingo.js';

/** The function of an operator, or undefined when this server does not know it. */
export function functionOf(name: string): ExpressionFunction | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

// Own functions come last and win: they are the ones in which mingo differs from MongoDB.
const table: Record<string, ExpressionFunction> = {
  ...mingoFunctions(),
  ...valueFunctions,
  ...numberFunctions,
  ...conversionFunctions,
  ...dateFunctions,
};
