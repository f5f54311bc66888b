import type { Document } from 'bson';
import { type ErrorCodeName, MongoError } from '../errors.js';
import { integerArgument, shown } from './arguments.js';
import { withPath } from './assign.js';
import { compileFilter } from './filter.js';
import { compileGroup } from './group.js';
import { compileLookup } from './lookup.js';
import { fieldPath, ownField } from './paths.js';
import type { PipelineContext, Stage } from './pipeline-context.js';
import { compileSort } from './sort.js';
import { compileTransform, notSingle } from './transforms.js';
import { isDocument } from './values.js';

/** Compiles all stages before the first document is read, so that a wrong pipeline fails at once. */
export function compileStages(pipeline: readonly Document[], context: PipelineContext): Stage {
  const stages = pipeline.map((stage) => compileStage(stage, context));
  return (input) => stages.reduce((documents, stage) => stage(documents), input);
}

/** Name and argument of a stage, which must hold just one field. */
export function stageEntry(stage: unknown): [name: string, argument: unknown] {
  if (!isDocument(stage))
    throw new MongoError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  const [entry, ...others] = Object.entries(stage);
  if (entry === undefined || others.length > 0) throw notSingle();
  return entry;
}

function compileStage(stage: Document, context: PipelineContext): Stage {
  const [name, argument] = stageEntry(stage);
  const transform = compileTransform(name, argument, context.variables);
  if (transform !== undefined) return (input) => mapDocuments(input, transform);
  const compile = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (compile !== undefined) return compile(argument, context);
  throw new MongoError('UnknownStage', `Unrecognized pipeline stage name: '${name}'`);
}

function* mapDocuments(input: Iterable<Document>, change: (document: Document) => Document): Iterable<Document> {
  for (const document of input) yield change(document);
}

const stages: Record<string, (argument: unknown, context: PipelineContext) => Stage> = {
  $match: (argument, { variables }) => {
    const matches = compileFilter(matchFilter(argument), variables);
    return function* match(input) {
      for (const document of input) if (matches(document)) yield document;
    };
  },
  $sort: (argument) => {
    const order = compileSort(sortOrder(argument));
    return function* sort(input) {
      yield* [...input].sort(order);
    };
  },
  $skip: (argument) => {
    const count = skipCount(argument);
    return function* skip(input) {
      let at = 0;
      for (const document of input) if (at++ >= count) yield document;
    };
  },
  $limit: (argument) => {
    const count = limitCount(argument);
    return function* limit(input) {
      let at = 0;
      for (const document of input) {
        yield document;
        if (++at >= count) return;
      }
    };
  },
  $count: (argument) => {
    const name = countName(argument);
    return function* count(input) {
      let total = 0;
      for (const _document of input) total += 1;
      // Nothing in, nothing out: MongoDB never answers a count of 0.
      if (total > 0) yield { [name]: total };
    };
  },
  $group: (argument, { variables }) => compileGroup(argument, variables),
  $unwind: (argument) => compileUnwind(argument),
  $lookup: (argument, context) => compileLookup(argument, context),
};

/** Argument of `$match`. */
export function matchFilter(argument: unknown): Document {
  if (isDocument(argument)) return argument;
  throw new MongoError('Location15959', 'the match filter must be an expression in an object');
}

/** Argument of `$sort`. */
export function sortOrder(argument: unknown): Document {
  if (!isDocument(argument)) throw new MongoError('Location15973', 'the $sort key specification must be an object');
  if (Object.keys(argument).length > 0) return argument;
  throw new MongoError('Location15976', '$sort stage must have at least one sort key');
}

/** Argument of `$skip`. */
export function skipCount(argument: unknown): number {
  return naturalCount('$skip', argument, 'Location5107200');
}

/** Argument of `$limit`. */
export function limitCount(argument: unknown): number {
  const count = naturalCount('$limit', argument, 'Location5107201');
  if (count === 0) throw new MongoError('Location15958', 'the limit must be positive');
  return count;
}

function naturalCount(stage: string, argument: unknown, code: ErrorCodeName): number {
  const problem = `invalid argument to ${stage} stage:`;
  const count = integerArgument(problem, argument);
  if (count >= 0) return count;
  throw new MongoError(code, `${problem} Expected a non-negative number in: ${stage}: ${count}`);
}

/** Argument of `$count`: the name of the field. */
export function countName(argument: unknown): string {
  if (typeof argument !== 'string' || argument === '')
    throw new MongoError('Location40156', 'the count field must be a non-empty string');
  if (argument.startsWith('$')) throw new MongoError('Location40158', 'the count field cannot be a $-prefixed path');
  if (argument.includes('.')) throw new MongoError('Location40160', "the count field cannot contain '.'");
  return argument;
}

function compileUnwind(argument: unknown): Stage {
  const given = isDocument(argument) ? argument : { path: argument };
  const unknown = Object.keys(given).find((name) => name !== 'path');
  if (unknown !== undefined) throw new MongoError('Location28811', `unrecognized option to $unwind stage: ${unknown}`);
  if (typeof given.path !== 'string')
    throw new MongoError('Location28808', `expected a string as the path for $unwind stage, got ${shown(given.path)}`);
  if (!given.path.startsWith('$'))
    throw new MongoError('Location28818', `path option to $unwind stage should be prefixed with a '$': ${given.path}`);
  const path = fieldPath(given.path.slice(1));
  return function* unwind(input) {
    for (const document of input) {
      // A path of this stage enters documents only; behind an array there is nothing.
      const list = path.reduce<unknown>(
        (value, part) => (isDocument(value) ? ownField(value, part) : undefined),
        document,
      );
      if (Array.isArray(list)) for (const element of list) yield withPath(document, path, element) as Document;
      else if (list !== null && list !== undefined) yield document;
    }
  };
}
