import { MongoError } from '../errors.js';
import { isDocument } from './values.js';

/** A dotted path, split once when a filter is compiled. */
export type Path = readonly string[];

/** Splits `a.b.0` into its parts. */
export function splitPath(path: string): Path {
  return path.split('.');
}

/** Parts of the path of a field, as expressions may name one. */
export function fieldPath(text: string): Path {
  const path = splitPath(text);
  if (path.includes('')) throw new MongoError('Location15998', 'FieldPath field names may not be empty strings.');
  const dollar = path.find((part) => part.startsWith('$'));
  if (dollar === undefined) return path;
  throw new MongoError('Location16410', `FieldPath field names may not start with '$', given '${dollar}'.`);
}

/** True for a part that may be the index of an array. */
export function isIndex(part: string): boolean {
  return /^(0|[1-9]\d*)$/.test(part);
}

/**
 * True when `test` holds for one of the values that a filter path reaches. Arrays on the way are entered; an array at the end is
 * tested element by element and as a whole. A missing value is tested as undefined.
 */
export function someAt(value: unknown, path: Path, test: (value: unknown) => boolean, at = 0): boolean {
  if (at === path.length) return test(value) || (Array.isArray(value) && value.some(test));
  const part = path[at] as string;
  if (Array.isArray(value)) {
    for (const element of value) {
      if (isDocument(element) && someAt(element, path, test, at)) return true;
    }
    if (!isIndex(part) || Number(part) >= value.length) return false;
    const element = value[Number(part)];
    // The last part named one element: an array there is one value.
    if (at + 1 === path.length) return test(element);
    return (isDocument(element) || Array.isArray(element)) && someAt(element, path, test, at + 1);
  }
  if (!isDocument(value)) return test(undefined);
  return someAt(ownField(value, part), path, test, at + 1);
}

/** Value of a path as expressions see it: arrays are mapped, what is no document is left out, numbers are no indices. */
export function expressionValue(value: unknown, path: Path, at = 0): unknown {
  if (at === path.length) return value;
  if (Array.isArray(value)) {
    return value
      .filter(isDocument)
      .map((element) => expressionValue(element, path, at))
      .filter((element) => element !== undefined);
  }
  return isDocument(value) ? expressionValue(ownField(value, path[at] as string), path, at + 1) : undefined;
}

/** A field of the document itself, never of Object.prototype. */
export function ownField(document: Record<string, unknown>, name: string): unknown {
  const value = document[name];
  return value !== undefined && Object.hasOwn(document, name) ? value : undefined;
}
