import type { Document } from 'bson';
import type { FindRequest, Found, Plan } from '../../contracts.js';
import { type Call, readOnce } from '../call.js';
import { type Reply, reply } from '../reply.js';
import { aggregateRequest, pipelineOf } from './pipeline.js';

/** How much an explain does: show the plan, or run it and count. */
export type Verbosity = 'queryPlanner' | 'executionStats' | 'allPlansExecution';

/** What an explained operation adds to the plan of its read. */
export interface Explained {
  readonly ns: string;
  readonly request: FindRequest;
  /** Stages on top of the read, the outermost first: PROJECTION_DEFAULT, COUNT, UPDATE, DELETE. */
  readonly above: readonly string[];
  /** True for a count, which an index alone may answer. */
  readonly counts: boolean;
}

/** Explains one read. */
export function explainRead(call: Call, explained: Explained, verbosity: Verbosity): Document {
  return readOnce(call, (transaction) => {
    const started = performance.now();
    const found = transaction.find(explained.request);
    const runs = verbosity !== 'queryPlanner';
    const covered = explained.counts && found.plan.covered;
    let returned = 0;
    if (runs) for (const _ of found) returned += 1;
    const planner = {
      namespace: explained.ns,
      parsedQuery: explained.request.filter ?? {},
      winningPlan: above(explained, winningPlan(found.plan, explained.request, covered)),
      rejectedPlans: [],
    };
    if (!runs) return { explainVersion: '1', queryPlanner: planner };
    const examined = { keys: found.examined.keys, docs: covered ? 0 : found.examined.docs };
    return { explainVersion: '1', queryPlanner: planner, executionStats: stats(returned, examined, started) };
  });
}

/** Explains a pipeline: the plan of its first read, and the sum of what all its reads examined. */
export function explainAggregate(call: Call, body: Document, verbosity: Verbosity): Reply {
  const { ns, pipeline } = pipelineOf(call, body);
  return readOnce(call, (transaction) => {
    const started = performance.now();
    const reads: Array<{ request: FindRequest; found: Found; counts: boolean }> = [];
    const noted = (request: FindRequest, counts: boolean) => {
      const found = transaction.find(request);
      reads.push({ request, found, counts });
      return found;
    };
    const recording = {
      find: (request: FindRequest) => noted(request, false),
      count: (request: FindRequest) => {
        let n = 0;
        for (const _ of noted(request, true)) n += 1;
        return n;
      },
    };
    // The reads show themselves while the pipeline runs; for the plan alone one document is enough.
    let returned = 0;
    for (const _ of call.parts.language.aggregate(aggregateRequest(body, ns, pipeline, recording))) {
      returned += 1;
      if (verbosity === 'queryPlanner') break;
    }
    const first = reads[0];
    const plan = first?.found.plan ?? { stage: 'EOF', blockingSort: false, covered: false };
    const covered = first?.counts === true && plan.covered;
    const planner = {
      namespace: ns,
      parsedQuery: first?.request.filter ?? {},
      winningPlan: winningPlan(plan, first?.request ?? { ns }, covered),
      rejectedPlans: [],
    };
    const answer = { explainVersion: '1', queryPlanner: planner, stages: pipeline };
    if (verbosity === 'queryPlanner') return reply(answer);
    const examined = { keys: 0, docs: 0 };
    for (const { found, counts } of reads) {
      examined.keys += found.examined.keys;
      if (!(counts && found.plan.covered)) examined.docs += found.examined.docs;
    }
    return reply({ ...answer, executionStats: stats(returned, examined, started) });
  });
}

function above(explained: Explained, plan: Document): Document {
  return explained.above.reduceRight<Document>((inputStage, stage) => ({ stage, inputStage }), plan);
}

/** MongoDB's tree for a plan: FETCH over IXSCAN, SORT on top when rows are sorted in memory. */
function winningPlan(plan: Plan, request: FindRequest, covered: boolean): Document {
  const scan: Document = {
    stage: covered && plan.stage === 'IXSCAN' ? 'COUNT_SCAN' : plan.stage,
    ...(plan.indexName === undefined ? {} : { indexName: plan.indexName }),
    ...(plan.keyPattern === undefined ? {} : { keyPattern: plan.keyPattern }),
  };
  const fetches = (plan.stage === 'IXSCAN' || plan.stage === 'SORT_MERGE') && !covered;
  const fetched = fetches ? { stage: 'FETCH', inputStage: scan } : scan;
  const sorted = plan.blockingSort ? { stage: 'SORT', sortPattern: request.sort, inputStage: fetched } : fetched;
  const skipped = request.skip ? { stage: 'SKIP', skipAmount: request.skip, inputStage: sorted } : sorted;
  return request.limit ? { stage: 'LIMIT', limitAmount: request.limit, inputStage: skipped } : skipped;
}

function stats(returned: number, examined: { keys: number; docs: number }, started: number): Document {
  return {
    executionSuccess: true,
    nReturned: returned,
    executionTimeMillis: Math.round(performance.now() - started),
    totalKeysExamined: examined.keys,
    totalDocsExamined: examined.docs,
  };
}
