import { Context, ProcessingMode } from 'mingo/core';
import * as expressions from 'mingo/operators/expression';
import type { Options } from 'mingo/types';
import { MongoError } from '../errors.js';
import type { ExpressionFunction } from './expression-function.js';

/**
 * The one door to mingo: its expression operators as functions of values that are already evaluated.
 * Only these are taken; they were compared with MongoDB. Paths, variables, comparison and arithmetic are ours, because there mingo
 * answers otherwise (missing fields, types, 64-bit integers).
 */
export function mingoFunctions(): Record<string, ExpressionFunction> {
  return Object.fromEntries(Object.entries(accepted).map(([name, arity]) => [name, fromMingo(name, arity)]));
}

const accepted: Record<string, ExpressionFunction['arity']> = {
  $exp: [1, 1],
  $ln: [1, 1],
  $log: [2, 2],
  $log10: [1, 1],
  $pow: [2, 2],
  $sqrt: [1, 1],
  $split: [2, 2],
  $strcasecmp: [2, 2],
  $arrayToObject: [1, 1],
  $objectToArray: [1, 1],
  $indexOfArray: [2, 4],
  $range: [2, 3],
  $slice: [2, 3],
};

function fromMingo(name: string, arity: ExpressionFunction['arity']): ExpressionFunction {
  const operator = (expressions as Record<string, unknown>)[name] as MingoOperator;
  return {
    arity,
    apply: (parts) => {
      // As literals the values cannot be taken for paths or operators.
      const literals = parts.map((value) => ({ $literal: value ?? null }));
      try {
        return operator({}, arity[1] === 1 ? literals[0] : literals, options);
      } catch (error) {
        throw new MongoError('BadValue', `${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

type MingoOperator = (document: unknown, argument: unknown, options: Options) => unknown;

const options: Options = {
  idKey: '_id',
  processingMode: ProcessingMode.CLONE_OFF,
  useStrictMode: true,
  scriptEnabled: false,
  failOnError: true,
  context: Context.init({ expression: { $literal: expressions.$literal } }),
};
