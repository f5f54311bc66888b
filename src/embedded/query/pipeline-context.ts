import type { Document } from 'bson';
import type { AggregateRequest } from '../contracts.js';
import type { Variables } from './scope.js';

/** What a pipeline may use besides its documents: variables of a surrounding `$lookup`, reads of other collections, and pipelines in it. */
export interface PipelineContext {
  readonly db: string;
  readonly variables: Variables;
  readonly find: AggregateRequest['find'];
  readonly count: AggregateRequest['count'];
  /** Compiles stages without running them. */
  readonly compile: (pipeline: readonly Document[], context: PipelineContext) => Stage;
  /** Runs a pipeline over another collection. */
  readonly run: (ns: string, pipeline: readonly Document[], context: PipelineContext) => Iterable<Document>;
}

/** A compiled stage. */
export type Stage = (input: Iterable<Document>) => Iterable<Document>;
