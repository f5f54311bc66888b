import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { compileExpression } from './expression.js';
import { someAt, splitPath } from './paths.js';
import { compilePredicate, type FieldTest } from './predicates.js';
import type { Variables } from './scope.js';
import { isDocument, isTruthy } from './values.js';

/** A compiled filter. */
export type Filter = (document: Document) => boolean;

/** Compiles a filter once; `variables` are those of a surrounding `$lookup` and serve `$expr`. */
export function compileFilter(filter: Document, variables: Variables = {}): Filter {
  const parts = Object.entries(filter).flatMap(([name, condition]) => compilePart(name, condition, variables));
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (document) => parts.every((part) => part(document));
}

function compilePart(name: string, condition: unknown, variables: Variables): Filter[] {
  if (!name.startsWith('$')) return [compileField(name, condition, variables)];
  switch (name) {
    case '$and':
      return compileList(name, condition, variables);
    case '$or': {
      const branches = compileList(name, condition, variables);
      return [(document) => branches.some((branch) => branch(document))];
    }
    case '$nor': {
      const branches = compileList(name, condition, variables);
      return [(document) => !branches.some((branch) => branch(document))];
    }
    case '$expr': {
      const expression = compileExpression(condition, Object.keys(variables));
      return [(document) => isTruthy(expression({ root: document, variables }))];
    }
    case '$comment':
      return [];
    default:
      throw new MongoError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function compileList(name: string, conditions: unknown, variables: Variables): Filter[] {
  if (!Array.isArray(conditions)) throw new MongoError('BadValue', `${name} must be an array`);
  if (conditions.length === 0) throw new MongoError('BadValue', '$and/$or/$nor must be a nonempty array');
  return conditions.map((condition: unknown) => {
    if (!isDocument(condition)) throw new MongoError('BadValue', '$or/$and/$nor entries need to be full objects');
    return compileFilter(condition, variables);
  });
}

function compileField(name: string, condition: unknown, variables: Variables): Filter {
  const tests = compilePredicate(condition, { elementFilter: (inner) => compileFilter(inner, variables) });
  const path = splitPath(name);
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) {
    // Most filters: one plain condition on a top-level field, whose value is no array.
    return path.length === 1 && !only.negated && only.expandLeaf && only.group === undefined
      ? topLevelFilter(name, only)
      : pathFilter(path, only);
  }
  const filters = tests.map((test) => pathFilter(path, test));
  return (document) => filters.every((filter) => filter(document));
}

function topLevelFilter(name: string, { test }: FieldTest): Filter {
  return (document) => {
    const value: unknown = Object.hasOwn(document, name) ? document[name] : undefined;
    return test(value) || (Array.isArray(value) && value.some(test));
  };
}

function pathFilter(path: readonly string[], field: FieldTest): Filter {
  if (field.group !== undefined) {
    const members = field.group.map((member) => pathFilter(path, member));
    return (document) => members.every((member) => member(document)) !== field.negated;
  }
  return (document) => someAt(document, path, field.test, field.expandLeaf) !== field.negated;
}
