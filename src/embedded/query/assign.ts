import type { Document } from 'bson';
import { fieldPath, ownField } from './paths.js';
import type { Expression, Scope } from './scope.js';
import { isDocument } from './values.js';

/** A computed field: where it goes and what it is. */
export interface PathExpression {
  readonly path: readonly string[];
  readonly expression: Expression;
}

/** Puts computed fields into a document; all are computed from the scope, that is from the document before. */
export function assignPaths(fields: readonly PathExpression[]): (document: Document, scope: Scope) => Document {
  if (fields.length === 0) return (document) => document;
  return (document, scope) => {
    const result: Document = { ...document };
    for (const { path, expression } of fields) {
      const [name = '', ...rest] = path;
      const value = expression(scope);
      putField(result, name, rest.length === 0 ? value : withPath(ownField(result, name), rest, value));
    }
    return result;
  };
}

/** Fields by their paths: nested documents count as dotted paths, those with an operator are values. */
export function flattenFields(
  fields: Record<string, unknown>,
  prefix: readonly string[] = [],
): { path: readonly string[]; value: unknown }[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const path = [...prefix, ...fieldPath(name)];
    const nested = isDocument(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]?.startsWith('$');
    return nested ? flattenFields(value, path) : [{ path, value }];
  });
}

/** Copy of a value with one path set, through every element of the arrays on the way; undefined removes it. */
export function withPath(target: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(target)) return target.map((element) => withPath(element, path, value));
  const document = isDocument(target) ? target : {};
  const part = rest.length === 0 ? value : withPath(ownField(document, name), rest, value);
  return withField(document, name, part);
}

/** Shallow copy with one field set in its place or at the end; undefined removes it. */
export function withField(document: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  const copy = { ...document };
  putField(copy, name, value);
  return copy;
}

/** Sets one field of a document that is ours to change; undefined removes it. */
export function putField(document: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) delete document[name];
  else if (name !== '__proto__') document[name] = value;
  // Plain assignment to this name would change the prototype.
  else Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
}
