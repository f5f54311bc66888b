import { MongoError } from '../errors.js';
import type { Compile, Expression, Variables } from './scope.js';
import { isDocument, isTruthy, typeOf } from './values.js';

/** True for the operators that decide themselves what is evaluated, and with which variables. */
export function isForm(name: string): boolean {
  return Object.hasOwn(forms, name);
}

/** Compiles `$cond`, `$let`, `$map` and their like. */
export function compileForm(name: string, argument: unknown, known: readonly string[], compile: Compile): Expression {
  const form = forms[name];
  if (form === undefined) throw new MongoError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  return form(argument, known, compile);
}

const forms: Record<string, (argument: unknown, known: readonly string[], compile: Compile) => Expression> = {
  $literal: (argument) => () => argument,
  $and: (argument, known, compile) => {
    const parts = listOf(argument).map((part) => compile(part, known));
    return (scope) => parts.every((part) => isTruthy(part(scope)));
  },
  $or: (argument, known, compile) => {
    const parts = listOf(argument).map((part) => compile(part, known));
    return (scope) => parts.some((part) => isTruthy(part(scope)));
  },
  $cond: (argument, known, compile) => {
    const parts = Array.isArray(argument) ? argument : condParts(argument);
    if (parts.length !== 3) {
      const problem = `Expression $cond takes exactly 3 arguments. ${parts.length} were passed in.`;
      throw new MongoError('Location16020', problem);
    }
    const [test, yes, no] = parts.map((part) => compile(part, known)) as Triple;
    return (scope) => (isTruthy(test(scope)) ? yes(scope) : no(scope));
  },
  $ifNull: (argument, known, compile) => {
    const list = listOf(argument);
    if (list.length < 2) throw new MongoError('Location1257300', '$ifNull needs at least two arguments');
    const parts = list.map((part) => compile(part, known));
    return (scope) => {
      let value: unknown;
      for (const part of parts) {
        value = part(scope);
        if (value !== null && value !== undefined) return value;
      }
      return value;
    };
  },
  $switch: (argument, known, compile) => {
    const given = named('$switch', argument, ['branches'], ['default']);
    const branches = listOf(given.branches).map((branch) => {
      const parts = named('$switch', branch, ['case', 'then']);
      return [compile(parts.case, known), compile(parts.then, known)] as const;
    });
    const otherwise = 'default' in given ? compile(given.default, known) : undefined;
    return (scope) => {
      for (const [test, then] of branches) if (isTruthy(test(scope))) return then(scope);
      if (otherwise !== undefined) return otherwise(scope);
      const problem = '$switch could not find a matching branch for an input, and no default was specified.';
      throw new MongoError('Location40066', problem);
    };
  },
  $let: (argument, known, compile) => {
    const given = named('$let', argument, ['vars', 'in']);
    const vars = Object.entries(given.vars as object).map(([name, part]) => [name, compile(part, known)] as const);
    const body = compile(given.in, [...known, ...vars.map(([name]) => name)]);
    return (scope) => {
      const bound = Object.fromEntries(vars.map(([name, part]) => [name, part(scope)]));
      return body({ root: scope.root, variables: { ...scope.variables, ...bound } });
    };
  },
  $map: (argument, known, compile) => {
    const given = named('$map', argument, ['input', 'in'], ['as']);
    const each = eachElement('$map', given, 'in', known, compile);
    return (scope) => each(scope)?.map(([, value]) => value ?? null) ?? null;
  },
  $filter: (argument, known, compile) => {
    const given = named('$filter', argument, ['input', 'cond'], ['as']);
    const each = eachElement('$filter', given, 'cond', known, compile);
    return (scope) => each(scope)?.flatMap(([element, value]) => (isTruthy(value) ? [element] : [])) ?? null;
  },
  $reduce: (argument, known, compile) => {
    const given = named('$reduce', argument, ['input', 'initialValue', 'in']);
    const input = compile(given.input, known);
    const initial = compile(given.initialValue, known);
    const body = compile(given.in, [...known, 'this', 'value']);
    return (scope) => {
      const list = input(scope);
      if (list === null || list === undefined) return null;
      let value = initial(scope);
      for (const element of requireArray('$reduce', list)) {
        const variables: Variables = { ...scope.variables, this: element, value };
        value = body({ root: scope.root, variables });
      }
      return value;
    };
  },
};

type Triple = [Expression, Expression, Expression];

function condParts(argument: unknown): unknown[] {
  const given = named('$cond', argument, ['if', 'then', 'else']);
  return [given.if, given.then, given.else];
}

function eachElement(
  operator: string,
  given: Record<string, unknown>,
  body: string,
  known: readonly string[],
  compile: Compile,
) {
  const name = typeof given.as === 'string' ? given.as : 'this';
  const input = compile(given.input, known);
  const inner = compile(given[body], [...known, name]);
  return (scope: Parameters<Expression>[0]): [element: unknown, value: unknown][] | undefined => {
    const list = input(scope);
    if (list === null || list === undefined) return undefined;
    return requireArray(operator, list).map((element) => [
      element,
      inner({ root: scope.root, variables: { ...scope.variables, [name]: element } }),
    ]);
  };
}

function requireArray(operator: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new MongoError('Location16883', `input to ${operator} must be an array not ${typeOf(value)}`);
}

function listOf(argument: unknown): unknown[] {
  return Array.isArray(argument) ? argument : [argument];
}

function named(
  operator: string,
  argument: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  if (!isDocument(argument))
    throw new MongoError('FailedToParse', `${operator} only supports an object as its argument`);
  const unknown = Object.keys(argument).find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) throw new MongoError('FailedToParse', `Unrecognized parameter to ${operator}: ${unknown}`);
  const missing = required.find((name) => !(name in argument));
  if (missing !== undefined) throw new MongoError('FailedToParse', `Missing '${missing}' parameter to ${operator}`);
  return argument;
}
