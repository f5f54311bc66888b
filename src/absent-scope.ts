import { UpstreamUnavailableError } from './errors.js';
import type { RequestScope } from './loaders/request-scope.js';

/** Scope of a request that came before there was a database: every read says so, and what needs no database is answered. */
export function createAbsentScope(): RequestScope {
  const refuse = async (): Promise<never> => {
    throw new UpstreamUnavailableError({ service: 'The database is not open yet: it' });
  };
  return {
    token: refuse,
    tokenBySymbol: refuse,
    tokenByAddress: refuse,
    tokenList: refuse,
    relation: refuse,
    outcomes: [],
    moved: false,
    close: async () => {},
  };
}
