import { MongoError } from '../../errors.js';
import type { Command } from '../call.js';
import { encodeAll } from '../framing.js';
import { openCursor } from '../openCursor.js';
import { booleanField, countField, documentField, type KnownFields } from '../options.js';
import { explainAggregate } from './explainPlans.js';
import { aggregateRequest, pipelineOf } from './pipeline.js';

/** Options of `aggregate`, also inside `explain`. */
export const aggregateFields: KnownFields = {
  known: ['pipeline', 'cursor', 'allowDiskUse', 'hint', 'bypassDocumentValidation', 'explain'],
  refused: ['collation', 'let'],
};

/** aggregate: runs a pipeline and opens a cursor over its output. */
export const aggregate: Command = {
  names: ['aggregate'],
  kind: 'read',
  inTransaction: true,
  fields: aggregateFields,
  run: (call) => {
    const { ns, pipeline } = pipelineOf(call, call.body);
    if (booleanField(call.body, 'explain')) return explainAggregate(call, call.body, 'queryPlanner');
    const cursor = documentField(call.body, 'cursor');
    if (cursor === undefined) {
      throw new MongoError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    return openCursor(call, {
      ns,
      count: countField(cursor, 'batchSize') ?? 101,
      single: false,
      documents: (transaction) =>
        encodeAll(call.parts.language.aggregate(aggregateRequest(call.body, ns, pipeline, transaction))),
    });
  },
};
