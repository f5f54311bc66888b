import type { Document } from 'bson';
import type { AggregateRequest, Transaction } from '../../contracts.js';
import { MongoError } from '../../errors.js';
import { type Call, namespaceOf } from '../call.js';
import { documentsField, hintField } from '../options.js';

/** The namespace and the stages of an aggregate command. Stages that write or watch are refused. */
export function pipelineOf(call: Call, body: Document): { ns: string; pipeline: Document[] } {
  const pipeline = documentsField(body, 'pipeline');
  if (pipeline.some((stage) => Object.hasOwn(stage, '$changeStream'))) {
    throw new MongoError('ChangeStreamNotSupported', 'The $changeStream stage is not served by this server.');
  }
  for (const stage of pipeline) {
    const writing = ['$out', '$merge'].find((name) => Object.hasOwn(stage, name));
    if (writing !== undefined) {
      throw new MongoError(
        'NotImplemented',
        `The ${writing} stage is not served by this server: read and write in two steps.`,
      );
    }
  }
  if (body.aggregate === 1) {
    const first = Object.keys(pipeline[0] ?? {})[0] ?? 'none';
    throw new MongoError(
      'NotImplemented',
      `Pipelines on a database are not served by this server (first stage: ${first}).`,
    );
  }
  return { ns: namespaceOf({ ...call, name: 'aggregate', body }), pipeline };
}

/** A pipeline with the reads of one transaction; the hint goes to reads of the pipeline's own collection. */
export function aggregateRequest(
  body: Document,
  ns: string,
  pipeline: Document[],
  transaction: Pick<Transaction, 'find' | 'count'>,
): AggregateRequest {
  const hint = hintField(body);
  const hinted = <T extends { readonly ns: string }>(request: T): T =>
    hint === undefined || request.ns !== ns ? request : { ...request, hint };
  return {
    ns,
    pipeline,
    find: (request) => transaction.find(hinted(request)),
    count: (request) => transaction.count(hinted(request)),
  };
}
