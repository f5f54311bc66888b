import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { putField, withField } from './assign.js';
import { isEqual } from './compare.js';
import { isIndex, ownField } from './paths.js';
import { type Change, changerOf } from './update-changes.js';
import { isDocument, typeOf } from './values.js';

/** Applies update operators to a copy of the document; the same object comes back when nothing changed. */
export function applyOperators(document: Document, update: Document, inserting = false): Document {
  let copy: Document | undefined;
  for (const { path, change } of changesOf(document, update, inserting)) {
    const name = path[0] as string;
    const before = ownField(copy ?? document, name);
    if (before === undefined && !change.creates) continue;
    const after = changeAt(before === undefined && path.length > 1 ? {} : before, path, 1, change);
    if (after === before) continue;
    copy ??= { ...document };
    putField(copy, name, after);
  }
  return copy ?? document;
}

interface PathChange {
  readonly path: readonly string[];
  readonly change: Change;
}

/** All changes in the order in which MongoDB adds new fields: by path. */
function changesOf(document: Document, update: Document, inserting: boolean): PathChange[] {
  const changes: PathChange[] = [];
  const claim = createClaims();
  for (const [operator, fields] of Object.entries(update)) {
    const changer = changerOf(operator);
    if (!isDocument(fields)) {
      const problem = `Modifiers operate on fields but we found type ${typeOf(fields)} instead. For example: {$mod: {<field>: ...}}`;
      throw new MongoError('FailedToParse', `${problem} not {${operator}: ${shown(fields)}}`);
    }
    for (const [name, argument] of Object.entries(fields)) {
      const path = checkedPath(name);
      claim(path);
      if (operator === '$setOnInsert' && !inserting) continue;
      changes.push({ path, change: changer(argument, name, document) });
    }
  }
  return changes.length === 1 ? changes : changes.sort((a, b) => comparePaths(a.path, b.path));
}

function checkedPath(name: string): string[] {
  if (name !== '' && name[0] !== '$' && !name.includes('.')) return [name];
  const path = name.split('.');
  if (path.includes('')) {
    throw new MongoError(
      'EmptyFieldName',
      `The update path '${name}' contains an empty field name, which is not allowed.`,
    );
  }
  const dollar = path.find((part) => part.startsWith('$'));
  if (dollar === undefined) return path;
  if (path[0] !== dollar && /^\$(\[\w*\])?$/.test(dollar))
    throw new MongoError('BadValue', `This server knows no positional operators, such as ${dollar} in '${name}'`);
  throw new MongoError(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${dollar}' in '${name}' is not valid for storage.`,
  );
}

/** Two changes may not touch the same path, nor a path and one below it. */
function createClaims(): (path: readonly string[]) => void {
  const taken = new Set<string>();
  const above = new Set<string>();
  return (path) => {
    const prefixes = path.map((_part, at) => path.slice(0, at + 1).join('.'));
    const name = prefixes.pop() as string;
    const clash =
      prefixes.find((prefix) => taken.has(prefix)) ?? (taken.has(name) || above.has(name) ? name : undefined);
    if (clash !== undefined) {
      throw new MongoError(
        'ConflictingUpdateOperators',
        `Updating the path '${name}' would create a conflict at '${clash}'`,
      );
    }
    taken.add(name);
    for (const prefix of prefixes) above.add(prefix);
  };
}

/** The value at one part of the path after the change, copied as far as it changed. */
function changeAt(target: unknown, path: readonly string[], at: number, change: Change): unknown {
  if (at === path.length) {
    const value = change.apply(target);
    const same = target !== undefined && typeOf(value) === typeOf(target) && isEqual(value, target);
    return same ? target : value;
  }
  const part = path[at] as string;
  if (!isDocument(target)) {
    // Paths of this server do not enter arrays, not even by an index.
    if (!change.creates && !Array.isArray(target)) return target;
    const problem = `Cannot create field '${part}' in element {${path[at - 1]}: ${shown(target)}}`;
    throw new MongoError('PathNotViable', problem);
  }
  const before = ownField(target, part);
  if (before === undefined && !change.creates) return target;
  const after = changeAt(before === undefined && at + 1 < path.length ? {} : before, path, at + 1, change);
  return after === before ? target : withField(target, part, after);
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at] as string, b[at] as string];
    if (left === right) continue;
    if (isIndex(left) && isIndex(right)) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
