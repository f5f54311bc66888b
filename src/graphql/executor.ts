import { type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.js';
import { GatewayError } from '../errors.js';
import type { RequestScope } from '../loaders/request-scope.js';
import { within } from './within.js';

/** An operation as Apollo hands it over: parsed, validated, chosen. */
export interface ExecutorRequest {
  readonly document: DocumentNode;
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown> | undefined;
  readonly recordsFreshness: boolean;
}

/** What executing needs of the gateway. */
export interface ExecutorDeps {
  readonly schema: GraphQLSchema;
  readonly createScope: (options: { deadlineAt: number; attempt: number; record: boolean }) => RequestScope;
  readonly status: RequestContext['status'];
  readonly deadlineMs: number;
  readonly onDefect: (error: unknown) => void;
}

/**
 * Executes one operation so that all fields of a token in the answer belong to one epoch. When a value that was already used turns out to be
 * older than later reads, the answer is thrown away and a query is resolved once more with nothing kept; the last attempt reads inside one
 * transaction, in which nothing can move.
 */
export function createExecutor({ schema, createScope, status, deadlineMs, onDefect }: ExecutorDeps) {
  return async (request: ExecutorRequest): Promise<ExecutionResult> => {
    const deadlineAt = Date.now() + deadlineMs;
    for (let attempt = 0; ; attempt += 1) {
      const scope = createScope({ deadlineAt, attempt, record: request.recordsFreshness });
      try {
        const result = await within(
          deadlineAt,
          execute({
            schema,
            document: request.document,
            contextValue: { scope, status, recordsFreshness: request.recordsFreshness } satisfies RequestContext,
            ...(request.variables ? { variableValues: request.variables } : {}),
            ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
          }),
        );
        if (scope.moved && request.operation === 'query') continue;
        return request.recordsFreshness ? { ...result, extensions: { freshness: scope.outcomes } } : result;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
      } finally {
        // What is left to do (writing to the cache) is for later requests: this one does not wait for it.
        scope.close().catch(onDefect);
      }
    }
  };
}
