import type { Document } from 'bson';
import { MongoError } from '../errors.js';
import { withPath } from './assign.js';
import { compileExpression } from './expression.js';
import { ownField, type Path, splitPath } from './paths.js';
import type { PipelineContext, Stage } from './pipeline-context.js';
import { isDocument, typeOf } from './values.js';

/** Compiles `$lookup`: by localField and foreignField, or by let and pipeline; for each document one indexed read of the other collection. */
export function compileLookup(argument: unknown, context: PipelineContext): Stage {
  if (!isDocument(argument))
    throw new MongoError(
      'FailedToParse',
      `the $lookup stage specification must be an object, but found ${typeOf(argument)}`,
    );
  const fields = ['from', 'as', 'localField', 'foreignField', 'let', 'pipeline'];
  const unknown = Object.keys(argument).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw new MongoError('FailedToParse', `unknown argument to $lookup: ${unknown}`);
  const { from, as, localField, foreignField, pipeline } = argument;
  if (typeof from !== 'string')
    throw new MongoError('FailedToParse', "missing 'from' option to $lookup stage specification");
  if (typeof as !== 'string') throw new MongoError('FailedToParse', "must specify 'as' field for a $lookup");
  if ((typeof localField === 'string') !== (typeof foreignField === 'string')) {
    throw new MongoError(
      'FailedToParse',
      '$lookup requires both or neither of localField and foreignField to be specified',
    );
  }
  const joined = typeof localField === 'string' && typeof foreignField === 'string';
  if (!joined && !Array.isArray(pipeline)) {
    throw new MongoError(
      'FailedToParse',
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  const ns = `${context.db}.${from}`;
  const target = splitPath(as);
  const join = joined ? joinFilter(localField, foreignField) : undefined;
  const read = Array.isArray(pipeline)
    ? readByPipeline(ns, argument, join, context)
    : (document: Document) => context.find({ ns, filter: join?.(document) ?? {} });
  return function* lookup(input) {
    for (const document of input) yield withPath(document, target, [...read(document)]) as Document;
  };
}

type Read = (document: Document) => Iterable<Document>;

/** The filter that finds what belongs to one document. */
function joinFilter(localField: string, foreignField: string): (document: Document) => Document {
  const path = splitPath(localField);
  return (document) => {
    const values = localValues(document, path);
    return { [foreignField]: values.length === 1 ? { $eq: values[0] } : { $in: values } };
  };
}

/** Values to look for: the elements of an array, each once on its own; a missing field looks for null. */
function localValues(value: unknown, path: Path, at = 0): unknown[] {
  if (Array.isArray(value)) {
    return at === path.length ? value : value.flatMap((element) => localValues(element, path, at));
  }
  if (at === path.length) return [value ?? null];
  return localValues(isDocument(value) ? ownField(value, path[at] as string) : undefined, path, at + 1);
}

function readByPipeline(
  ns: string,
  argument: Record<string, unknown>,
  join: ((document: Document) => Document) | undefined,
  context: PipelineContext,
): Read {
  const known = Object.keys(context.variables);
  const vars = Object.entries((argument.let as object | undefined) ?? {}).map(
    ([name, expression]) => [name, compileExpression(expression, known)] as const,
  );
  const pipeline = argument.pipeline as Document[];
  // Compiled once with unbound variables, so that a wrong pipeline fails even when no document comes.
  const unbound = Object.fromEntries(vars.map(([name]) => [name, null]));
  context.compile(pipeline, { ...context, variables: { ...context.variables, ...unbound } });
  return (document) => {
    const scope = { root: document, variables: context.variables };
    const bound = Object.fromEntries(vars.map(([name, expression]) => [name, expression(scope)]));
    const own = join === undefined ? pipeline : [{ $match: join(document) }, ...pipeline];
    return context.run(ns, own, { ...context, variables: { ...context.variables, ...bound } });
  };
}
