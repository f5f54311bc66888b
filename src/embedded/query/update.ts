import { type Document, ObjectId, serialize } from 'bson';
import type { UpdateOptions } from '../contracts.js';
import { MongoError } from '../errors.js';
import { shown } from './arguments.js';
import { putField, withField } from './assign.js';
import { compare, isEqual } from './compare.js';
import { ownField } from './paths.js';
import { isOperators } from './predicates.js';
import { compileUpdateStage } from './transforms.js';
import { applyOperators } from './update-operators.js';

/** Applies operators, a replacement or a pipeline; answers the same object when nothing changed. */
export function applyUpdate(document: Document, update: Document | Document[], options: UpdateOptions): Document {
  const after = changed(document, update, options, false);
  if (after === document) return document;
  const id = ownField(document, '_id');
  if (id !== undefined && !isEqual(ownField(after, '_id'), id)) throw immutableId(document, update);
  return !isOperators(update) && isSame(document, after) ? document : after;
}

/** The document that an upsert inserts: the equalities of the filter, then the update with `$setOnInsert`. */
export function seedUpsert(filter: Document, update: Document | Document[], options: UpdateOptions): Document {
  const replacing = !Array.isArray(update) && !isOperators(update) && Object.keys(update).length > 0;
  const equalities = [...equalitiesOf(filter)];
  refuseRepeated(equalities);
  const wanted = replacing ? equalities.filter(([path]) => path === '_id') : equalities;
  const dotted = wanted.some(([path]) => path.includes('.'));
  const fields: Document = {};
  for (const [path, value] of wanted) putField(fields, path, value);
  const seed = dotted ? applyOperators({}, { $set: fields }, {}) : fields;
  const after = changed(seed, update, options, true);
  const id = ownField(seed, '_id');
  if (id !== undefined && !isEqual(ownField(after, '_id'), id)) throw immutableId(seed, update);
  return withIdFirst(after);
}

function refuseRepeated(equalities: readonly [path: string, value: unknown][]): void {
  const paths = new Set<string>();
  for (const [path] of equalities) {
    if (paths.has(path)) {
      throw new MongoError('NotSingleValueField', `cannot infer query fields to set, path '${path}' is matched twice`);
    }
    paths.add(path);
  }
}

function changed(
  document: Document,
  update: Document | Document[],
  options: UpdateOptions,
  inserting: boolean,
): Document {
  if (Array.isArray(update)) return runPipeline(document, update);
  if (isOperators(update)) return applyOperators(document, update, { ...options, inserting });
  return replace(document, update);
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
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  const id = ownField(replacement, '_id') ?? ownField(document, '_id');
  return id === undefined ? replacement : withIdFirst(withField(replacement, '_id', id));
}

function immutableId(document: Document, update: Document | Document[]): MongoError {
  const kept = `the (immutable) field '_id' was found to have been altered`;
  if (Array.isArray(update) || !isOperators(update)) {
    return new MongoError('ImmutableField', `After applying the update, ${kept} from _id: ${shown(document._id)}`);
  }
  return new MongoError(
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}

/** Equality conditions of a filter by path; those under `$or` count when it has one branch. */
function* equalitiesOf(filter: Document): Generator<[path: string, value: unknown]> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' || (name === '$or' && Array.isArray(condition) && condition.length === 1)) {
      for (const part of condition as Document[]) yield* equalitiesOf(part);
    } else if (!name.startsWith('$')) {
      if (condition instanceof RegExp) continue;
      if (!isOperators(condition)) yield [name, condition];
      else if ('$eq' in condition) yield [name, condition.$eq];
      else if (Array.isArray(condition.$in) && condition.$in.length === 1) yield [name, condition.$in[0]];
      else if (Array.isArray(condition.$all) && condition.$all.length === 1) yield [name, condition.$all[0]];
    }
  }
}

function withIdFirst(document: Document): Document {
  if (Object.keys(document)[0] === '_id') return document;
  return { _id: ownField(document, '_id') ?? new ObjectId(), ...document };
}

/** Same bytes: also the order of fields and the types of numbers count. */
function isSame(before: Document, after: Document): boolean {
  return compare(before, after) === 0 && Buffer.compare(serialize(before), serialize(after)) === 0;
}
