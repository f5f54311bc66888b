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
  return every(Object.entries(filter).map(([name, condition]) => compilePart(name, condition, variables)));
}

function compilePart(name: string, condition: unknown, variables: Variables): Filter {
  if (!name.startsWith('$')) {
    const path = splitPath(name);
    return every(compilePredicate(condition).map((test) => fieldFilter(path, test)));
  }
  switch (name) {
    case '$and':
      return every(compileList(name, condition, variables));
    case '$or': {
      const branches = compileList(name, condition, variables);
      return (document) => branches.some((branch) => branch(document));
    }
    case '$expr': {
      const expression = compileExpression(condition, Object.keys(variables));
      return (document) => isTruthy(expression({ root: document, variables }));
    }
  }
  throw new MongoError(
    'BadValue',
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

function every(parts: readonly Filter[]): Filter {
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  return (document) => parts.every((part) => part(document));
}

function compileList(name: string, conditions: unknown, variables: Variables): Filter[] {
  if (!Array.isArray(conditions)) throw new MongoError('BadValue', `${name} must be an array`);
  if (conditions.length === 0) throw new MongoError('BadValue', '$and/$or/$nor must be a nonempty array');
  return conditions.map((condition: unknown) => {
    if (!isDocument(condition)) throw new MongoError('BadValue', '$or/$and/$nor entries need to be full objects');
    return compileFilter(condition, variables);
  });
}

function fieldFilter(path: readonly string[], { test, negated }: FieldTest): Filter {
  const [name] = path;
  if (path.length > 1 || name === undefined) return (document) => someAt(document, path, test) !== negated;
  // Most filters: a condition on a top-level field.
  return (document) => {
    const value: unknown = Object.hasOwn(document, name) ? document[name] : undefined;
    return (test(value) || (Array.isArray(value) && value.some(test))) !== negated;
  };
}
