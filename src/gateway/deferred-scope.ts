import { UpstreamUnavailableError } from '../errors.js';
import type { RequestScope } from '../loaders/request-scope.js';

/**
 * Scope of a request that came before the database was open. Its reads wait for it for a moment, then say that it is not there; fields
 * that read nothing are answered at once.
 */
export function createDeferredScope({
  opening,
  patienceMs,
}: {
  opening: Promise<RequestScope>;
  patienceMs: number;
}): RequestScope {
  let scope: RequestScope | undefined;
  opening.then(
    (opened) => {
      scope = opened;
    },
    () => undefined,
  );
  const opened = (): Promise<RequestScope> => Promise.race([opening.catch(refuse), refuseLater(patienceMs)]);
  return {
    token: async (...args) => (await opened()).token(...args),
    tokenBySymbol: async (...args) => (await opened()).tokenBySymbol(...args),
    tokenByAddress: async (...args) => (await opened()).tokenByAddress(...args),
    tokenList: async (...args) => (await opened()).tokenList(...args),
    relation: async (...args) => (await opened()).relation(...args),
    get outcomes() {
      return scope?.outcomes ?? [];
    },
    get moved() {
      return scope?.moved ?? false;
    },
    close: async () => scope?.close(),
  };
}

const refuseLater = (patienceMs: number): Promise<never> =>
  new Promise((_resolve, reject) => {
    setTimeout(() => reject(refusal()), patienceMs).unref();
  });

const refusal = (cause?: unknown): UpstreamUnavailableError =>
  new UpstreamUnavailableError({ service: 'The database', cause });

function refuse(cause: unknown): never {
  throw refusal(cause);
}
