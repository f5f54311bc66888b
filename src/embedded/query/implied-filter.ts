import type { Document } from 'bson';
import type { Variables } from './scope.js';
import { isDocument, rankOf, typeOf } from './values.js';

/**
 * Makes the filter of a `$match` fit for storage: variables become literals, and comparisons inside `$expr` are repeated as plain
 * conditions where these follow from the expression. The expression itself stays, so the answer cannot change; only indexes come in.
 */
export function implyFilter(filter: Document, variables: Variables): Document {
  if (filter.$expr === undefined) return bindFilter(filter, variables);
  const { $expr, ...plain } = filter;
  const expression = bindVariables($expr, variables);
  const implied = impliedBy(expression);
  const rest = bindFilter(plain, variables);
  const parts = [rest, ...implied].filter((part) => Object.keys(part).length > 0);
  return parts.length === 0 ? { $expr: expression } : { $and: [...parts, { $expr: expression }] };
}

function bindFilter(filter: Document, variables: Variables): Document {
  if (Object.keys(variables).length === 0) return filter;
  return Object.fromEntries(
    Object.entries(filter).map(([name, condition]) => {
      if (name === '$expr') return [name, bindVariables(condition, variables)];
      if (!['$and', '$or', '$nor'].includes(name) || !Array.isArray(condition)) return [name, condition];
      return [name, condition.map((part: unknown) => (isDocument(part) ? implyIn(name, part, variables) : part))];
    }),
  );
}

/** Below `$nor` an added condition would weaken the filter. */
function implyIn(name: string, part: Document, variables: Variables): Document {
  return name === '$nor' ? bindFilter(part, variables) : implyFilter(part, variables);
}

/** Replaces variables by their values, except where an inner `$let`, `$map` or `$filter` gives the name a new meaning. */
function bindVariables(expression: unknown, variables: Variables): unknown {
  if (typeof expression === 'string') {
    const [, name = '', path] = /^\$\$([^.]+)(?:\.(.+))?$/.exec(expression) ?? [];
    // A path into a variable stays an expression, on a variable that holds the literal.
    if (!Object.hasOwn(variables, name)) return expression;
    const literal = variables[name] === undefined ? '$$REMOVE' : { $literal: variables[name] };
    return path === undefined ? literal : { $let: { vars: { [name]: literal }, in: expression } };
  }
  if (Array.isArray(expression)) return expression.map((part) => bindVariables(part, variables));
  if (!isDocument(expression)) return expression;
  if ('$literal' in expression) return expression;
  return Object.fromEntries(
    Object.entries(expression).map(([name, part]) => [name, bindOperator(name, part, variables)]),
  );
}

const shadowing: Record<string, (argument: Document) => string[]> = {
  $let: (argument) => Object.keys((argument.vars as object | undefined) ?? {}),
  $map: (argument) => [String(argument.as ?? 'this')],
  $filter: (argument) => [String(argument.as ?? 'this')],
  $reduce: () => ['this', 'value'],
};

function bindOperator(name: string, argument: unknown, variables: Variables): unknown {
  const shadowed = isDocument(argument) ? shadowing[name]?.(argument) : undefined;
  if (shadowed === undefined || !isDocument(argument)) return bindVariables(argument, variables);
  const inner = Object.fromEntries(Object.entries(variables).filter(([variable]) => !shadowed.includes(variable)));
  return Object.fromEntries(
    Object.entries(argument).map(([field, part]) => {
      const scope = field === 'in' || field === 'cond' ? inner : variables;
      return [field, bindVariables(part, scope)];
    }),
  );
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
    return operator === '$eq' || operator === '$in' || bounded ? [{ [path]: { [operator]: value } }] : [];
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
  if (!Array.isArray(argument) || argument.length !== 2) return [];
  const [left, right] = argument as [unknown, unknown];
  if (isField(left) && operator === '$in') {
    const list = literalOf(right);
    const plain = Array.isArray(list?.value) && list.value.every(isPlain);
    return plain ? [{ path: left.slice(1), operator, value: list?.value }] : [];
  }
  if (mirrored[operator] === undefined) return [];
  if (isField(left)) return comparisonWith(left, operator, literalOf(right));
  return isField(right) ? comparisonWith(right, mirrored[operator], literalOf(left)) : [];
}

function comparisonWith(field: string, operator: string, literal: { value: unknown } | undefined): Comparison[] {
  return literal !== undefined && isPlain(literal.value)
    ? [{ path: field.slice(1), operator, value: literal.value }]
    : [];
}

/** Paths with a number in them mean an index in a filter, but a field name in an expression. */
function isField(part: unknown): part is string {
  return typeof part === 'string' && /^\$[^$]/.test(part) && !/\.\d+(\.|$)/.test(part);
}

function literalOf(part: unknown): { value: unknown } | undefined {
  if (isDocument(part)) return '$literal' in part ? { value: part.$literal } : undefined;
  if (Array.isArray(part))
    return part.some((member) => literalOf(member) === undefined || isDocument(member)) ? undefined : { value: part };
  return typeof part === 'string' && part.startsWith('$') ? undefined : { value: part };
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
