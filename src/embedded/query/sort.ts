import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { compare } from './compare.js';
import { ownField, type Path, splitPath } from './paths.js';
import { isDocument, numericOf, typeOf } from './values.js';

/** Compiles a sort order: missing counts as null; an array counts by its least element upwards and by its greatest downwards. */
export function compileSort(sort: Document): (a: Document, b: Document) => number {
  const keys = Object.entries(sort).map(([name, direction]) => compileKey(name, direction));
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return (a, b) => only(a, b);
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function compileKey(name: string, given: unknown): (a: Document, b: Document) => number {
  const direction = numericOf(given);
  if (direction !== 1 && direction !== -1) {
    if (isDocument(given))
      throw new MongoError('BadValue', `Illegal key in $sort specification: ${name}: ${shown(given)}`);
    throw new MongoError('Location15975', '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  const path = splitPath(name);
  if (path.includes('')) throw new MongoError('Location15998', 'FieldPath field names may not be empty strings.');
  return (a, b) => compareKeys(sortValue(a, path, direction), sortValue(b, path, direction)) * direction;
}

/** Key of an empty array, which comes before null and after MinKey. */
const EMPTY = Symbol('empty array');

function compareKeys(a: unknown, b: unknown): number {
  if (a !== EMPTY && b !== EMPTY) return compare(a, b);
  if (a === b) return 0;
  if (a === EMPTY) return typeOf(b) === 'minKey' ? 1 : -1;
  return typeOf(a) === 'minKey' ? -1 : 1;
}

/** The value by which a document is sorted along one path. */
function sortValue(document: Document, path: Path, direction: 1 | -1): unknown {
  const [name] = path;
  const direct: unknown =
    path.length === 1 && Object.hasOwn(document, name as string) ? document[name as string] : undefined;
  if (path.length === 1 && !Array.isArray(direct)) return direct;
  const values: unknown[] = [];
  collect(document, path, 0, values);
  return values.reduce((best, value) => (compareKeys(value, best) * direction < 0 ? value : best), values[0]);
}

/** What an index on the path would hold: each element of an array once, and a key of its own for an empty one. */
function collect(value: unknown, path: Path, at: number, values: unknown[]): void {
  if (at === path.length) {
    if (!Array.isArray(value)) values.push(value);
    else if (value.length === 0) values.push(EMPTY);
    else values.push(...value);
    return;
  }
  const part = path[at] as string;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(part) && Number(part) < value.length) collect(value[Number(part)], path, at + 1, values);
    else if (value.length === 0) values.push(undefined);
    else for (const element of value) collect(isDocument(element) ? element : undefined, path, at, values);
    return;
  }
  collect(isDocument(value) ? ownField(value, part) : undefined, path, at + 1, values);
}
