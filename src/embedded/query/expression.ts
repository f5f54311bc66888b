import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { operatorOf } from './expression-operators.js';
import { expressionValue, fieldPath, ownField } from './paths.js';
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
  if (!first?.startsWith('$')) return compileObject(expression, known);
  if (others.length > 0) {
    const problem = `an expression must have exactly one field: ${shown(expression)}`;
    throw new MongoError('Location15983', `Invalid expression: An object representing ${problem}`);
  }
  const compile = operatorOf(first);
  if (compile === undefined) throw new MongoError('InvalidPipelineOperator', `Unrecognized expression '${first}'`);
  return compile(expression[first], (part, bound = []) => compileExpression(part, [...known, ...bound]), first);
}

function compileText(text: string, known: readonly string[]): Expression {
  if (!text.startsWith('$')) return () => text;
  if (text.startsWith('$$')) return compileVariable(text.slice(2), known);
  if (text.length === 1) throw new MongoError('Location16872', "'$' by itself is not a valid FieldPath");
  const path = fieldPath(text.slice(1));
  return ({ root }) => expressionValue(root, path);
}

function compileVariable(text: string, known: readonly string[]): Expression {
  const [name = '', ...path] = fieldPath(text);
  if (name === 'ROOT' || name === 'CURRENT') return ({ root }) => expressionValue(root, path);
  if (name === 'REMOVE') return () => undefined;
  if (!known.includes(name)) throw new MongoError('Location17276', `Use of undefined variable: ${name}`);
  return ({ variables }) => expressionValue(ownField(variables, name), path);
}

function compileObject(expression: Record<string, unknown>, known: readonly string[]): Expression {
  const parts = Object.entries(expression).map(([name, part]) => [name, compileExpression(part, known)] as const);
  return (scope) =>
    Object.fromEntries(parts.map(([name, part]) => [name, part(scope)]).filter(([, value]) => value !== undefined));
}
