import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { assignPaths, type PathExpression, putField } from './assign.js';
import { compileExpression } from './expression.js';
import { operatorOf } from './expression-operators.js';
import { ownField } from './paths.js';
import type { Variables } from './scope.js';
import { isDocument, numericOf } from './values.js';

/** Compiles a projection: inclusion follows the document with `_id` first and computed fields last, in order of the projection. */
export function compileProjection(projection: Document, variables: Variables = {}): (document: Document) => Document {
  const known = Object.keys(variables);
  const parsed = parseProjection(projection, known);
  const assign = assignPaths(parsed.computed);
  const including = parsed.including ?? parsed.computed.length > 0;
  if (!including) {
    const tree = treeOf(parsed.paths.concat(parsed.id === false ? [['_id']] : []));
    return tree.size === 0 ? (document) => document : (document) => exclude(document, tree) as Document;
  }
  const tree = treeOf(parsed.paths.filter((path) => path[0] !== '_id' || path.length > 1));
  if (parsed.id !== false && !tree.has('_id')) tree.set('_id', null);
  return (document) => {
    const kept = include(document, tree) as Document;
    return assign(idFirst(kept), { root: document, variables });
  };
}

interface ParsedProjection {
  including: boolean | undefined;
  id: boolean | undefined;
  readonly paths: string[][];
  readonly computed: PathExpression[];
}

function parseProjection(projection: Document, known: readonly string[]): ParsedProjection {
  const parsed: ParsedProjection = { including: undefined, id: undefined, paths: [], computed: [] };
  const add = (path: string[], value: unknown): void => {
    const name = path.join('.');
    if (path.includes('') || path.some((part) => part.startsWith('$'))) {
      throw new MongoError(
        'Location16410',
        `FieldPath field names may not be empty or start with '$', given '${name}'.`,
      );
    }
    if (isDocument(value) && !Object.keys(value)[0]?.startsWith('$')) {
      if (Object.keys(value).length === 0) {
        throw new MongoError(
          'Location51270',
          'An empty sub-projection is not a valid value. Found empty object at path',
        );
      }
      for (const [part, inner] of Object.entries(value)) add([...path, ...part.split('.')], inner);
      return;
    }
    const flag = typeof value === 'boolean' ? value : numericOf(value);
    if (flag === undefined) {
      refuseUnknown(value);
      parsed.computed.push({ path, expression: compileExpression(value, known) });
      if (parsed.including === false) throw mixed('31252', 'Cannot use an expression', name, 'exclusion');
      parsed.including = true;
      return;
    }
    const included = Boolean(flag);
    if (name === '_id') {
      parsed.id = included;
      return;
    }
    if (parsed.including !== undefined && parsed.including !== included) {
      throw included
        ? mixed('31253', 'Cannot do inclusion', name, 'exclusion')
        : mixed('31254', 'Cannot do exclusion', name, 'inclusion');
    }
    parsed.including = included;
    parsed.paths.push(path);
  };
  for (const [name, value] of Object.entries(projection)) add(name.split('.'), value);
  if (parsed.including === undefined && parsed.id === true) parsed.including = true;
  return parsed;
}

function mixed(code: string, what: string, name: string, kind: string): MongoError {
  return new MongoError(`Location${Number(code)}`, `${what} on field ${name} in ${kind} projection`);
}

/** A projection reports an unknown operator by a code of its own. */
function refuseUnknown(value: unknown): void {
  if (!isDocument(value)) return;
  const operator = Object.keys(value)[0] ?? '';
  if (operatorOf(operator) === undefined) {
    throw new MongoError('Location31325', `Invalid $project :: caused by :: Unknown expression ${operator}`);
  }
}

/** Names to keep or drop; null ends a path. */
type Tree = Map<string, Tree | null>;

function treeOf(paths: readonly string[][]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let node = root;
    for (const [at, part] of path.entries()) {
      const known = node.get(part);
      if (known === null || (at === path.length - 1 && known !== undefined)) {
        throw new MongoError('Location31250', `Path collision at ${path.join('.')}`);
      }
      const next: Tree | null = at === path.length - 1 ? null : (known ?? new Map());
      node.set(part, next);
      if (next !== null) node = next;
    }
  }
  return root;
}

function include(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((element) => isDocument(element) || Array.isArray(element))
      .map((element) => include(element, tree));
  }
  if (!isDocument(value)) return undefined;
  const kept: Document = {};
  for (const name of Object.keys(value)) {
    const below = tree.get(name);
    if (below !== undefined) putField(kept, name, below === null ? value[name] : include(value[name], below));
  }
  return kept;
}

function exclude(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((element) => exclude(element, tree));
  if (!isDocument(value)) return value;
  const kept: Document = {};
  for (const name of Object.keys(value)) {
    const below = tree.get(name);
    if (below !== null) putField(kept, name, below === undefined ? value[name] : exclude(value[name], below));
  }
  return kept;
}

function idFirst(document: Document): Document {
  const id = ownField(document, '_id');
  if (id === undefined || Object.keys(document)[0] === '_id') return document;
  return { _id: id, ...document };
}
