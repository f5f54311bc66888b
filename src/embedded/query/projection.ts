import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { assignPaths, flattenFields, type PathExpression, putField } from './assign.js';
import { compileExpression } from './expression.js';
import { operatorOf } from './expression-operators.js';
import { ownField } from './paths.js';
import type { Expression, Variables } from './scope.js';
import { isDocument, numericOf } from './values.js';

/** Compiles a projection: inclusion follows the document with `_id` first and computed fields last, in order of the projection. */
export function compileProjection(projection: Document, variables: Variables = {}): (document: Document) => Document {
  const { including, id, paths, computed } = parseProjection(projection, Object.keys(variables));
  const assign = assignPaths(computed);
  if (!including) {
    const tree = treeOf(id === false ? [...paths, ['_id']] : paths);
    return tree.size === 0 ? (document) => document : (document) => project(document, tree, false) as Document;
  }
  const tree = treeOf(paths);
  if (id !== false && !tree.has('_id')) tree.set('_id', null);
  return (document) => assign(idFirst(project(document, tree, true) as Document), { root: document, variables });
}

interface ParsedProjection {
  readonly including: boolean;
  readonly id: boolean | undefined;
  readonly paths: (readonly string[])[];
  readonly computed: PathExpression[];
}

function parseProjection(projection: Document, known: readonly string[]): ParsedProjection {
  const paths: (readonly string[])[] = [];
  const computed: PathExpression[] = [];
  let including: boolean | undefined;
  let id: boolean | undefined;
  for (const { path, value } of flattenFields(projection)) {
    const name = path.join('.');
    const flag = typeof value === 'boolean' ? value : numericOf(value);
    if (flag !== undefined && name === '_id') {
      id = Boolean(flag);
      continue;
    }
    const included = flag === undefined || Boolean(flag);
    if (including !== undefined && including !== included) {
      const code = flag === undefined ? 31252 : included ? 31253 : 31254;
      const [kind, other] = included ? ['inclusion', 'exclusion'] : ['exclusion', 'inclusion'];
      throw new MongoError(`Location${code}`, `Cannot do ${kind} on field ${name} in ${other} projection`);
    }
    including = included;
    if (flag === undefined) computed.push({ path, expression: compileComputed(value, known) });
    else paths.push(path);
  }
  return { including: including ?? id === true, id, paths, computed };
}

/** A projection reports an unknown operator, and an empty document, by codes of its own. */
function compileComputed(value: unknown, known: readonly string[]): Expression {
  const operator = isDocument(value) ? Object.keys(value)[0] : '$literal';
  if (operator === undefined)
    throw new MongoError('Location51270', 'An empty sub-projection is not a valid value. Found empty object at path');
  if (operatorOf(operator) === undefined)
    throw new MongoError('Location31325', `Invalid $project :: caused by :: Unknown expression ${operator}`);
  return compileExpression(value, known);
}

/** Names to keep or drop; null ends a path. */
type Tree = Map<string, Tree | null>;

function treeOf(paths: readonly (readonly string[])[]): Tree {
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

/** What is left of a value; including leaves nothing of one that a path cannot enter. */
function project(value: unknown, tree: Tree, including: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => project(element, tree, including)).filter((element) => element !== undefined);
  }
  if (!isDocument(value)) return including ? undefined : value;
  const kept: Document = {};
  for (const [name, part] of Object.entries(value)) {
    const below = tree.get(name);
    if (below) putField(kept, name, project(part, below, including));
    else if ((below === null) === including) putField(kept, name, part);
  }
  return kept;
}

function idFirst(document: Document): Document {
  const id = ownField(document, '_id');
  if (id === undefined || Object.keys(document)[0] === '_id') return document;
  return { _id: id, ...document };
}
