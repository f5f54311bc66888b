import { type Document, ObjectId, serialize } from 'bson';
import type { UpdateOptions } from '../contracts.js';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { withField } from './assign.js';
import { isEqual } from './compare.js';
import { ownField } from './paths.js';
import { isOperators } from './predicates.js';
import { compileUpdateStage } from './transforms.js';
import { applyOperators } from './update-operators.js';

/** Applies operators, a replacement or a pipeline; answers the same object when nothing changed. */
export function applyUpdate(document: Document, update: Document | Document[], options: UpdateOptions): Document {
  const after = changed(document, update, options, false);
  if (after === document) return document;
  requireSameId(document, after, update);
  return !isOperators(update) && isSame(document, after) ? document : after;
}

/** The document that an upsert inserts: the equalities of the filter, then the update with `$setOnInsert`. */
export function seedUpsert(filter: Document, update: Document | Document[], options: UpdateOptions): Document {
  const replacing = !Array.isArray(update) && !isOperators(update) && Object.keys(update).length > 0;
  const fields = new Map<string, unknown>();
  for (const [path, value] of equalitiesOf(filter)) {
    if (fields.has(path))
      throw new MongoError('NotSingleValueField', `cannot infer query fields to set, path '${path}' is matched twice`);
    fields.set(path, value);
  }
  const wanted = [...fields].filter(([path]) => !replacing || path === '_id');
  const given = Object.fromEntries(wanted);
  const seed = wanted.some(([path]) => path.includes('.')) ? applyOperators({}, { $set: given }) : given;
  const after = changed(seed, update, options, true);
  requireSameId(seed, after, update);
  return withIdFirst(after);
}

function changed(
  document: Document,
  update: Document | Document[],
  { arrayFilters = [] }: UpdateOptions,
  inserting: boolean,
): Document {
  // No path of this server takes one, so that each is one too many.
  if (arrayFilters.length > 0)
    throw new MongoError('FailedToParse', `The array filter ${shown(arrayFilters[0])} was not used in the update`);
  if (Array.isArray(update)) return runPipeline(document, update);
  return isOperators(update) ? applyOperators(document, update, inserting) : replace(document, update);
}

function runPipeline(document: Document, stages: Document[]): Document {
  const after = stages.map(compileUpdateStage).reduce((current, stage) => stage(current), document);
  const id = ownField(document, '_id');
  return id === undefined || ownField(after, '_id') !== undefined ? after : { _id: id, ...after };
}

function replace(document: Document, replacement: Document): Document {
  const dollar = Object.keys(replacement).find((name) => name.startsWith('$'));
  if (dollar !== undefined) {
    throw new MongoError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' is not allowed in the context of an update's replacement document.`,
    );
  }
  const id = ownField(replacement, '_id') ?? ownField(document, '_id');
  return id === undefined ? replacement : withIdFirst(withField(replacement, '_id', id));
}

function requireSameId(before: Document, after: Document, update: Document | Document[]): void {
  const id = ownField(before, '_id');
  if (id === undefined || isEqual(ownField(after, '_id'), id)) return;
  throw new MongoError(
    'ImmutableField',
    isOperators(update)
      ? "Performing an update on the path '_id' would modify the immutable field '_id'"
      : `After applying the update, the (immutable) field '_id' was found to have been altered from _id: ${shown(id)}`,
  );
}

/** Equality conditions of a filter by path; those under `$or` count when it has one branch. */
function* equalitiesOf(filter: Document): Generator<[path: string, value: unknown]> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' || (name === '$or' && Array.isArray(condition) && condition.length === 1)) {
      for (const part of condition as Document[]) yield* equalitiesOf(part);
    } else if (!name.startsWith('$')) {
      if (!isOperators(condition)) yield [name, condition];
      else if ('$eq' in condition) yield [name, condition.$eq];
      else if (Array.isArray(condition.$in) && condition.$in.length === 1) yield [name, condition.$in[0]];
    }
  }
}

function withIdFirst(document: Document): Document {
  if (Object.keys(document)[0] === '_id') return document;
  return { _id: ownField(document, '_id') ?? new ObjectId(), ...document };
}

/** Same bytes: also the order of fields and the types of numbers count. */
function isSame(before: Document, after: Document): boolean {
  return Buffer.compare(serialize(before), serialize(after)) === 0;
}
