import type { Status } from './graphql/types/status.js';
import type { RequestScope } from './loaders/request-scope.js';

/** What resolvers see of a request. A new one for every attempt: nothing that was read in a discarded attempt is used again. */
export interface RequestContext {
  /** Everything that is read for this answer; throws UpstreamUnavailableError while there is no database. */
  readonly scope: RequestScope;
  /** True when the answer lists where each value came from; only then do resolvers say at which path they read. */
  readonly recordsFreshness: boolean;
  /** What the process knows about itself and its stores, without asking them. */
  readonly status: () => Status;
}
