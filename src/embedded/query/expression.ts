import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { compileForm, isForm } from './expression-forms.js';
import { functionOf } from './functions.js';
import { expressionValue, splitPath } from './paths.js';
import type { Expression } from './scope.js';
import { isDocument } from './values.js';

/** Compiles an aggregation expression; unknown operators (168) and variables (17276) fail here, before any document is read. */
export function compileExpression(expression: unknown, known: readonly string[] = []): Expression {
  if (typeof expression === 'string') return compileText(expression, known);
  if (Array.isArray(expression)) {
    const parts = expression.map((part) => compileExpression(part, known));
    return (scope) => parts.map((part) => part(scope) ?? null);
  }
  if (!isDocument(expression)) return () => expression;
  const [first, ...others] = Object.keys(expression);
  if (first?.startsWith('$')) {
    if (others.length > 0) {
      const problem = `an expression must have exactly one field: ${shown(expression)}`;
      throw new MongoError('Location15983', `Invalid expression: An object representing ${problem}`);
    }
    return compileOperator(first, expression[first], known);
  }
  return compileObject(expression, known);
}

function compileText(text: string, known: readonly string[]): Expression {
  if (!text.startsWith('$')) return () => text;
  if (text.startsWith('$$')) return compileVariable(text.slice(2), known);
  if (text.length === 1) throw new MongoError('Location16872', "'$' by itself is not a valid FieldPath");
  const path = fieldPath(text.slice(1));
  const [name] = path;
  if (path.length === 1 && name !== undefined) {
    return ({ root }) => {
      const document = root as Record<string, unknown>;
      return Object.hasOwn(document, name) ? document[name] : undefined;
    };
  }
  return ({ root }) => expressionValue(root, path);
}

function compileVariable(text: string, known: readonly string[]): Expression {
  const [name = '', ...rest] = fieldPath(text);
  const path = rest;
  switch (name) {
    case 'ROOT':
    case 'CURRENT':
      return ({ root }) => expressionValue(root, path);
    case 'REMOVE':
      return () => undefined;
    case 'NOW': {
      const now = new Date();
      return () => now;
    }
  }
  if (!known.includes(name)) throw new MongoError('Location17276', `Use of undefined variable: ${name}`);
  return ({ variables }) => expressionValue(variables[name], path);
}

function fieldPath(text: string): string[] {
  const path = splitPath(text);
  if (path.includes('')) throw new MongoError('Location15998', 'FieldPath field names may not be empty strings.');
  const dollar = path.find((part) => part.startsWith('$'));
  if (dollar !== undefined) {
    const problem = `FieldPath field names may not start with '$', given '${dollar}'.`;
    throw new MongoError('Location16410', `${problem} Consider using $getField or $setField.`);
  }
  return [...path];
}

function compileObject(expression: Record<string, unknown>, known: readonly string[]): Expression {
  const parts = Object.entries(expression).map(([name, part]) => [name, compileExpression(part, known)] as const);
  return (scope) => {
    const result: [string, unknown][] = [];
    for (const [name, part] of parts) {
      const value = part(scope);
      if (value !== undefined) result.push([name, value]);
    }
    return Object.fromEntries(result);
  };
}

function compileOperator(name: string, argument: unknown, known: readonly string[]): Expression {
  if (isForm(name)) return compileForm(name, argument, known, compileExpression);
  const definition = functionOf(name);
  if (definition === undefined) throw new MongoError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  if (definition.named !== undefined) return compileNamed(name, definition.named, definition.apply, argument, known);
  const list = Array.isArray(argument) ? argument : [argument];
  const [least, most] = definition.arity;
  if (list.length < least || list.length > most) {
    const takes = least === most ? `exactly ${least} arguments` : `at least ${least} arguments, and at most ${most}`;
    throw new MongoError('Location16020', `Expression ${name} takes ${takes}. ${list.length} were passed in.`);
  }
  const parts = list.map((part) => compileExpression(part, known));
  const { apply } = definition;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return (scope) => apply([only(scope)]);
  return (scope) => apply(parts.map((part) => part(scope)));
}

/** Operators such as `$dateTrunc: { date, unit }` take their arguments by name. */
function compileNamed(
  name: string,
  names: readonly string[],
  apply: (parts: unknown[]) => unknown,
  argument: unknown,
  known: readonly string[],
): Expression {
  // Date parts take a bare date too.
  const given =
    isDocument(argument) && names.some((field) => field in argument) ? argument : { [names[0] ?? '']: argument };
  const unknown = Object.keys(given).find((field) => !names.includes(field));
  if (unknown !== undefined) throw new MongoError('FailedToParse', `Unrecognized argument to ${name}: ${unknown}`);
  const parts = names.map((field) => compileExpression(given[field], known));
  return (scope) => apply(parts.map((part) => part(scope)));
}
