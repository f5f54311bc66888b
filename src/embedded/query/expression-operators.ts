import { MongoError } from '../errors.js';
import { add, type Numeric, operand } from './arithmetic.js';
import { compare } from './compare.js';
import type { Compile, Expression } from './scope.js';
import { isDocument, isTruthy, numericOf, storableNumber, typeOf } from './values.js';

/** Compiles the argument of an operator. */
type Operator = (argument: unknown, compile: Compile, name: string) => Expression;

/** The operator of a name, or undefined when this server does not know it. */
export function operatorOf(name: string): Operator | undefined {
  return Object.hasOwn(operators, name) ? operators[name] : undefined;
}

const operators: Record<string, Operator> = {
  $literal: (argument) => () => argument,
  $and: (argument, compile) => {
    const parts = listOf(argument).map((part) => compile(part));
    return (scope) => parts.every((part) => isTruthy(part(scope)));
  },
  $or: (argument, compile) => {
    const parts = listOf(argument).map((part) => compile(part));
    return (scope) => parts.some((part) => isTruthy(part(scope)));
  },
  $cond: (argument, compile) => {
    const fields = isDocument(argument) ? named('$cond', argument, ['if', 'then', 'else']) : argument;
    const parts = isDocument(fields) ? [fields.if, fields.then, fields.else] : listOf(fields);
    const [test, yes, no] = exactly(3, '$cond', parts, compile) as [Expression, Expression, Expression];
    return (scope) => (isTruthy(test(scope)) ? yes(scope) : no(scope));
  },
  $ifNull: (argument, compile) => {
    const parts = listOf(argument).map((part) => compile(part));
    if (parts.length < 2) throw new MongoError('Location1257300', '$ifNull needs at least two arguments');
    return (scope) => {
      let value: unknown;
      for (const part of parts) {
        value = part(scope);
        if (!isNil(value)) return value;
      }
      return value;
    };
  },
  $let: (argument, compile) => {
    const { vars, in: body } = named('$let', argument, ['vars', 'in']);
    if (!isDocument(vars)) throw new MongoError('Location16876', 'invalid parameter: expected an object (vars)');
    const bound = Object.entries(vars).map(([name, part]) => [name, compile(part)] as const);
    const inner = compile(body, Object.keys(vars));
    return ({ root, variables }) => {
      const values = bound.map(([name, part]) => [name, part({ root, variables })] as const);
      return inner({ root, variables: { ...variables, ...Object.fromEntries(values) } });
    };
  },
  $eq: comparison((difference) => difference === 0),
  $ne: comparison((difference) => difference !== 0),
  $gt: comparison((difference) => difference > 0),
  $gte: comparison((difference) => difference >= 0),
  $lt: comparison((difference) => difference < 0),
  $lte: comparison((difference) => difference <= 0),
  $add: (argument, compile) => {
    const parts = listOf(argument).map((part) => compile(part));
    return (scope) => {
      const values = parts.map((part) => part(scope));
      if (values.some(isNil)) return null;
      const dates = values.filter((value) => value instanceof Date);
      if (dates.length > 1) throw new MongoError('Location16612', 'only one date allowed in an $add expression');
      return moved(dates[0], values.map((value) => operand('$add', timeOr(value))).reduce(add, 0));
    };
  },
  $subtract: binary((a, b) => {
    if (isNil(a) || isNil(b)) return null;
    if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
    return moved(a, add(operand('$subtract', timeOr(a)), -operand('$subtract', b)));
  }),
  $arrayElemAt: binary((list, at) => {
    if (isNil(list) || isNil(at)) return null;
    const index = numericOf(at);
    if (!Array.isArray(list))
      throw new MongoError('Location28689', `$arrayElemAt's first argument must be an array, but is ${typeOf(list)}`);
    if (!Number.isInteger(index))
      throw new MongoError('Location28691', `$arrayElemAt's second argument must be an integer, but is ${typeOf(at)}`);
    return list.at(Number(index));
  }),
};

/** Comparison in expressions goes across types, and a missing value is less than null. */
function comparison(holds: (difference: number) => boolean): Operator {
  return binary((a, b) =>
    holds(a === undefined || b === undefined ? Number(a !== undefined) - Number(b !== undefined) : compare(a, b)),
  );
}

function binary(apply: (a: unknown, b: unknown) => unknown): Operator {
  return (argument, compile, name) => {
    const [left, right] = exactly(2, name, listOf(argument), compile) as [Expression, Expression];
    return (scope) => apply(left(scope), right(scope));
  };
}

function exactly(count: number, name: string, parts: unknown[], compile: Compile): Expression[] {
  if (parts.length === count) return parts.map((part) => compile(part));
  throw new MongoError(
    'Location16020',
    `Expression ${name} takes exactly ${count} arguments. ${parts.length} were passed in.`,
  );
}

function timeOr(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

/** A sum with a date in it is a date. */
function moved(date: unknown, sum: Numeric): unknown {
  return date instanceof Date ? new Date(Math.round(Number(sum))) : storableNumber(sum);
}

function listOf(argument: unknown): unknown[] {
  return Array.isArray(argument) ? argument : [argument];
}

function named(operator: string, argument: unknown, fields: readonly string[]): Record<string, unknown> {
  if (!isDocument(argument))
    throw new MongoError('FailedToParse', `${operator} only supports an object as its argument`);
  const unknown = Object.keys(argument).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw new MongoError('FailedToParse', `Unrecognized parameter to ${operator}: ${unknown}`);
  const missing = fields.find((name) => !(name in argument));
  if (missing !== undefined) throw new MongoError('FailedToParse', `Missing '${missing}' parameter to ${operator}`);
  return argument;
}

function isNil(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
