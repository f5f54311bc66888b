import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { createExecutor } from './executor.js';
import { createFormatError } from './format-error.js';
import { knownOperationsRule } from './known-operations.js';
import { createLimitsRule } from './limits.js';
import { createStatusCodePlugin, maxErrors } from './status-code-plugin.js';

/** What the server keeps of a request besides the operation. */
export interface ApolloContext {
  readonly recordsFreshness: boolean;
}

/** Apollo Server over the schema and the executor. Every switch that has a default by NODE_ENV is set here, so that no environment changes it. */
export function createApollo({
  schema,
  execute,
  config,
  logger,
}: {
  schema: GraphQLSchema;
  execute: ReturnType<typeof createExecutor>;
  config: Pick<Config, 'query'>;
  logger: Logger;
}): ApolloServer<ApolloContext> {
  const { introspection, maxTokens, maxFields } = config.query;
  return new ApolloServer<ApolloContext>({
    gateway: gatewayOf(schema, execute),
    introspection,
    parseOptions: { maxTokens },
    maxRecursiveSelections: maxFields * 10,
    validationRules: [knownOperationsRule, createLimitsRule(config.query)],
    validationOptions: { maxErrors: maxErrors - 1 },
    formatError: createFormatError({
      limits: config.query,
      onDefect: (error) => logger.error({ err: error }, 'a request failed by a defect'),
    }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      createStatusCodePlugin(),
    ],
    logger,
    nodeEnv: 'production',
    apollo: {},
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
  });
}

/** Apollo has no option for an executor but the hook of its federation gateway. */
function gatewayOf(
  schema: GraphQLSchema,
  execute: ReturnType<typeof createExecutor>,
): NonNullable<ApolloServerOptions<ApolloContext>['gateway']> {
  let onSchema: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] = () => {};
  return {
    onSchemaLoadOrUpdate: (callback) => {
      onSchema = callback;
      return () => {};
    },
    load: async () => {
      onSchema({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: ({ document, operation, operationName, request, context }) =>
          execute({
            document,
            operation: operation?.operation ?? 'query',
            operationName: request.operationName ?? operationName ?? undefined,
            variables: request.variables,
            recordsFreshness: (context as ApolloContext).recordsFreshness,
          }),
      };
    },
    stop: async () => {},
  };
}

type Gateway = NonNullable<ApolloServerOptions<ApolloContext>['gateway']>;
