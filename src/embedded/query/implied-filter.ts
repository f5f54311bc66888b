import type { Document } from 'bson';
import type { Variables } from './scope.js';
import { isDocument, rankOf, typeOf } from './values.js';

/**
 * Makes the filter of a `$match` fit for storage: variables become literals, and comparisons inside `$expr` are repeated as plain
 * conditions where these follow from the expression. The expression itself stays, so the answer cannot change; only indexes come in.
 */
export function implyFilter(filter: Document, variables: Variables): Document {
  if (filter.$expr === undefined) return implyInBranches(filter, variables);
  const { $expr, ...plain } = filter;
  const expression = bindVariables($expr, variables);
  const parts = [implyInBranches(plain, variables), ...impliedBy(expression)];
  const some = parts.filter((part) => Object.keys(part).length > 0);
  return some.length === 0 ? { $expr: expression } : { $and: [...some, { $expr: expression }] };
}

function implyInBranches(filter: Document, variables: Variables): Document {
  if (Object.keys(variables).length === 0) return filter;
  return Object.fromEntries(
    Object.entries(filter).map(([name, condition]) => {
      if (!['$and', '$or'].includes(name) || !Array.isArray(condition)) return [name, condition];
      return [name, condition.map((part: unknown) => (isDocument(part) ? implyFilter(part, variables) : part))];
    }),
  );
}

/** Replaces variables by their values, except where an inner `$let` gives the name a new meaning. */
function bindVariables(expression: unknown, variables: Variables): unknown {
  if (typeof expression === 'string') {
    const [, name = '', path] = /^\$\$([^.]+)(?:\.(.+))?$/.exec(expression) ?? [];
    if (!Object.hasOwn(variables, name)) return expression;
    const literal = variables[name] === undefined ? '$$REMOVE' : { $literal: variables[name] };
    // A path into a variable stays an expression, on a variable that holds the literal.
    return path === undefined ? literal : { $let: { vars: { [name]: literal }, in: expression } };
  }
  if (Array.isArray(expression)) return expression.map((part) => bindVariables(part, variables));
  if (!isDocument(expression) || '$literal' in expression) return expression;
  if (isDocument(expression.$let) && isDocument(expression.$let.vars)) {
    const { vars, in: body } = expression.$let;
    const bound = Object.keys(vars as object);
    const outer = Object.fromEntries(Object.entries(variables).filter(([name]) => !bound.includes(name)));
    return { $let: { vars: bindVariables(vars, variables), in: bindVariables(body, outer) } };
  }
  return Object.fromEntries(Object.entries(expression).map(([name, part]) => [name, bindVariables(part, variables)]));
}

interface Comparison {
  readonly path: string;
  readonly operator: string;
  readonly value: unknown;
}

/**
 * Plain conditions that hold whenever the expression is true. An equality always gives one. An order does so only with a bound on
 * both sides of one type: expressions compare across types, and missing fields are less than everything.
 */
function impliedBy(expression: unknown): Document[] {
  const comparisons = conjuncts(expression).flatMap(comparisonOf);
  return comparisons.flatMap(({ path, operator, value }) => {
    const bounded = comparisons.some(
      (other) => other.path === path && rankOf(other.value) === rankOf(value) && isOtherSide(operator, other.operator),
    );
    return operator === '$eq' || bounded ? [{ [path]: { [operator]: value } }] : [];
  });
}

function conjuncts(expression: unknown): unknown[] {
  if (!isDocument(expression) || !('$and' in expression)) return [expression];
  return [expression.$and].flat().flatMap(conjuncts);
}

const mirrored: Record<string, string> = { $eq: '$eq', $gt: '$lt', $gte: '$lte', $lt: '$gt', $lte: '$gte' };

function comparisonOf(expression: unknown): Comparison[] {
  if (!isDocument(expression)) return [];
  const [operator = '', argument] = Object.entries(expression)[0] ?? [];
  const turned = mirrored[operator];
  if (turned === undefined || !Array.isArray(argument) || argument.length !== 2) return [];
  const [left, right] = argument as [unknown, unknown];
  if (isField(left)) return comparisonWith(left, operator, right);
  return isField(right) ? comparisonWith(right, turned, left) : [];
}

function comparisonWith(field: string, operator: string, part: unknown): Comparison[] {
  if (typeof part === 'string' && part.startsWith('$')) return [];
  const value: unknown = isDocument(part) ? part.$literal : part;
  return isPlain(value) ? [{ path: field.slice(1), operator, value }] : [];
}

/** Paths with a number in them mean an index in a filter, but a field name in an expression. */
function isField(part: unknown): part is string {
  return typeof part === 'string' && /^\$[^$]/.test(part) && !/\.\d+(\.|$)/.test(part);
}

/** Values for which filters and expressions agree on what is equal. */
function isPlain(value: unknown): boolean {
  return (
    ['int', 'long', 'double', 'string', 'objectId', 'bool', 'date', 'binData'].includes(typeOf(value)) &&
    !Number.isNaN(value)
  );
}

function isOtherSide(operator: string, other: string): boolean {
  return operator[1] !== other[1] && '$gt$gte$lt$lte'.includes(operator) && '$gt$gte$lt$lte'.includes(other);
}
