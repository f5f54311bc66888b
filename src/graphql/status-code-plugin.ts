import type { ApolloServerPlugin } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { type ErrorCode, errorCodes } from '../errors.js';

/**
 * HTTP status of answers with errors: an answer without any data takes the status of its first error; one with some data stays 200.
 * Also bounds the list of errors, because a page of tokens can fail once per token.
 */
export function createStatusCodePlugin(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response }) => {
        if (response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        const [first] = result.errors ?? [];
        if (!first) return;
        const code = errorCodes[first.extensions?.code as ErrorCode];
        if (code && isEmpty(result.data)) {
          response.http.status = code.status;
          if (code.retryable) response.http.headers.set('retry-after', '1');
        }
        if (result.errors && result.errors.length > maxErrors) {
          const omitted = result.errors.length - maxErrors;
          result.errors = result.errors.slice(0, maxErrors);
          result.extensions = { ...result.extensions, omittedErrors: omitted };
        }
      },
    }),
  };
}

/** Most errors that one answer lists. */
export const maxErrors = 9;

function isEmpty(data: ExecutionResult['data']): boolean {
  return data == null || Object.values(data).every((value) => value === null);
}
