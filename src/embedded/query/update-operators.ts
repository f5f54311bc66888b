import type { Document } from 'bson';
import type { UpdateOptions } from '../contracts.js';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { putField, withField } from './assign.js';
import { isEqual } from './compare.js';
import { isIndex, ownField } from './paths.js';
import { type Change, changerOf, isModifier } from './update-changes.js';
import { createPathResolver } from './update-paths.js';
import { isDocument, typeOf } from './values.js';

/** Applies update operators to a copy of the document; the same object comes back when nothing changed. */
export function applyOperators(
  document: Document,
  update: Document,
  options: UpdateOptions & { inserting?: boolean },
): Document {
  let copy: Document | undefined;
  for (const { path, change } of changesOf(document, update, options)) {
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

/** All changes with resolved paths, in the order in which MongoDB adds new fields: by path. */
function changesOf(
  document: Document,
  update: Document,
  options: UpdateOptions & { inserting?: boolean },
): PathChange[] {
  const resolver = createPathResolver(options);
  const changes: PathChange[] = [];
  const claim = createClaims();
  for (const [operator, fields] of Object.entries(update)) {
    if (!isModifier(operator)) {
      const problem = `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`;
      throw new MongoError('FailedToParse', problem);
    }
    if (!isDocument(fields)) {
      const problem = `Modifiers operate on fields but we found type ${typeOf(fields)} instead. For example: {$mod: {<field>: ...}}`;
      throw new MongoError('FailedToParse', `${problem} not {${operator}: ${shown(fields)}}`);
    }
    for (const [name, argument] of Object.entries(fields)) {
      const path = checkedPath(name);
      claim(path);
      if (operator === '$setOnInsert' && options.inserting !== true) continue;
      if (operator === '$rename') {
        changes.push(...renameChanges(document, path, argument, claim));
        continue;
      }
      const change = changerOf(operator, name, argument, document);
      for (const resolved of resolver.resolve(document, path)) changes.push({ path: resolved, change });
    }
  }
  resolver.requireAllFiltersUsed(update);
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
  const dollar = path.find((part, at) => part.startsWith('$') && (at === 0 || !/^\$(\[\w*\])?$/.test(part)));
  if (dollar !== undefined) {
    throw new MongoError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${name}' is not valid for storage.`,
    );
  }
  return path;
}

type Claim = (path: readonly string[]) => void;

/** Two changes may not touch the same path, nor a path and one below it. */
function createClaims(): Claim {
  const taken = new Set<string>();
  const above = new Set<string>();
  return (path) => {
    if (path.length === 1 && !taken.has(path[0] as string) && !above.has(path[0] as string)) {
      taken.add(path[0] as string);
      return;
    }
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

function renameChanges(document: Document, from: string[], target: unknown, claim: Claim): PathChange[] {
  if (typeof target !== 'string')
    throw new MongoError('BadValue', `The 'to' field for $rename must be a string: ${from.join('.')}`);
  const to = checkedPath(target);
  const shorter = Math.min(from.length, to.length);
  if (from.slice(0, shorter).join('.') === to.slice(0, shorter).join('.')) {
    const problem = 'The source and target field for $rename must differ and not be on the same path';
    throw new MongoError('BadValue', `${problem}: ${from.join('.')}: "${target}"`);
  }
  claim(to);
  let value: unknown = document;
  for (const part of from) {
    if (Array.isArray(value))
      throw new MongoError('BadValue', `The source field of $rename may not be inside an array: ${from.join('.')}`);
    value = isDocument(value) ? ownField(value, part) : undefined;
  }
  if (value === undefined) return [];
  return [
    { path: from, change: { apply: () => undefined, creates: false } },
    { path: to, change: { apply: () => value, creates: true } },
  ];
}

function changeAt(target: unknown, path: readonly string[], at: number, change: Change): unknown {
  if (at === path.length) {
    const value = change.apply(target);
    return target !== undefined && value !== undefined && typeOf(value) === typeOf(target) && isEqual(value, target)
      ? target
      : value;
  }
  const part = path[at] as string;
  if (Array.isArray(target)) return changeElement(target, path, at, change);
  if (!isDocument(target)) {
    if (!change.creates) return target;
    throw new MongoError(
      'PathNotViable',
      `Cannot create field '${part}' in element {${path[at - 1]}: ${shown(target)}}`,
    );
  }
  const before = ownField(target, part);
  if (before === undefined && !change.creates) return target;
  const below = before === undefined && at + 1 < path.length ? {} : before;
  const after = changeAt(below, path, at + 1, change);
  return after === before ? target : withField(target, part, after);
}

function changeElement(target: unknown[], path: readonly string[], at: number, change: Change): unknown {
  const part = path[at] as string;
  if (!isIndex(part)) {
    if (!change.creates) return target;
    throw new MongoError(
      'PathNotViable',
      `Cannot create field '${part}' in element {${path[at - 1]}: ${shown(target)}}`,
    );
  }
  const index = Number(part);
  if (index >= target.length && !change.creates) return target;
  if (index > target.length + MAX_PADDING) {
    throw new MongoError('BadValue', `Can't backfill more than ${MAX_PADDING} elements of an array`);
  }
  const before: unknown = target[index];
  const below = index >= target.length && at + 1 < path.length ? {} : before;
  const after = changeAt(below, path, at + 1, change);
  if (after === before && index < target.length) return target;
  const copy = [...target];
  while (copy.length < index) copy.push(null);
  // A removed element leaves null, so that the others keep their places.
  copy[index] = after === undefined ? null : after;
  return copy;
}

const MAX_PADDING = 1_500_000;

function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at] as string, b[at] as string];
    if (left === right) continue;
    if (isIndex(left) && isIndex(right)) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
