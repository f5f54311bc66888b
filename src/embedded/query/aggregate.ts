import type { Document } from 'bson';
import type { AggregateRequest, FindRequest } from '../contracts.js';
import { isEqual } from './compare.js';
import { implyFilter } from './implied-filter.js';
import type { PipelineContext } from './pipeline-context.js';
import { compileStages, countName, limitCount, matchFilter, skipCount, sortOrder, stageEntry } from './stages.js';
import { isDocument } from './values.js';

/** Runs a pipeline; what its beginning asks of the collection is handed to `find` or `count`, so that indexes serve it. */
export function aggregate(request: AggregateRequest): Iterable<Document> {
  const { ns, pipeline, find, count } = request;
  return runPipeline(ns, pipeline, {
    db: ns.slice(0, ns.indexOf('.')),
    variables: {},
    find,
    count,
    compile: compileStages,
    run: runPipeline,
  });
}

/** The same with variables, for `$lookup`. */
function runPipeline(ns: string, pipeline: readonly Document[], context: PipelineContext): Iterable<Document> {
  const { request, used } = leadingRead(ns, pipeline, context);
  const rest = pipeline.slice(used);
  const counted = countResult(rest[0]);
  if (counted !== undefined && request.sort === undefined) {
    const after = compileStages(rest.slice(1), context);
    return after(countDocuments(request, counted, context));
  }
  const run = compileStages(rest, context);
  return run(context.find(request));
}

/** Longest beginning of the form match* sort? skip? limit?, as one read. */
function leadingRead(
  ns: string,
  pipeline: readonly Document[],
  context: PipelineContext,
): { request: FindRequest; used: number } {
  const filters: Document[] = [];
  const request: { -readonly [Field in keyof FindRequest]: FindRequest[Field] } = { ns };
  const order = ['$match', '$sort', '$skip', '$limit'];
  let used = 0;
  let place = 0;
  for (const stage of pipeline) {
    const [name, argument] = stageEntry(stage);
    const here = order.indexOf(name);
    if (here < place || (here === place && used > 0 && name !== '$match')) break;
    if (name === '$match') filters.push(implyFilter(matchFilter(argument), context.variables));
    else if (name === '$sort') request.sort = sortOrder(argument);
    else if (name === '$skip') request.skip = skipCount(argument);
    else request.limit = limitCount(argument);
    place = here;
    used += 1;
  }
  const [only, ...others] = filters.filter((filter) => Object.keys(filter).length > 0);
  if (only !== undefined) request.filter = others.length === 0 ? only : { $and: [only, ...others] };
  return { request, used };
}

/** Recognises `$count` and the `$group` that drivers send for countDocuments; answers how the result looks. */
function countResult(stage: Document | undefined): ((n: number) => Document) | undefined {
  if (stage === undefined) return undefined;
  const [name, argument] = stageEntry(stage);
  if (name === '$count') {
    const field = countName(argument);
    return (n) => ({ [field]: n });
  }
  if (name !== '$group' || !isDocument(argument)) return undefined;
  const [first, second, ...others] = Object.entries(argument);
  const constantId = first?.[0] === '_id' && (typeof first[1] === 'number' || first[1] === null);
  const sums = second !== undefined && isDocument(second[1]) && isEqual(second[1], { $sum: 1 });
  if (!constantId || !sums || others.length > 0) return undefined;
  return (n) => ({ _id: first[1], [second[0]]: n });
}

function* countDocuments(
  { ns, filter, skip = 0, limit }: FindRequest,
  result: (n: number) => Document,
  { count }: PipelineContext,
): Iterable<Document> {
  const all = Math.max(0, count(filter === undefined ? { ns } : { ns, filter }) - skip);
  const n = limit === undefined ? all : Math.min(all, limit);
  if (n > 0) yield result(n);
}
