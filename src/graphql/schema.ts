import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import type { TierTtls } from '../cache/tiers.js';
import { innerRelations, relations } from '../relations/index.js';
import { createActivityCountResolver } from './activity-count.resolver.js';
import { describeFields } from './describe-fields.js';
import { createMetricDefinitionsResolver } from './metric-definitions.js';
import { MutationResolver } from './mutation.resolver.js';
import { readFieldsPlainly } from './plain-fields.js';
import { QueryResolver } from './query.resolver.js';
import { createRelationResolver } from './relation-resolver.js';
import { TokenResolver } from './token.resolver.js';

/** The executable schema. Needs no database; resolvers find everything that they read in the RequestContext. */
export function buildGatewaySchema({ ttls }: { ttls: TierTtls }): GraphQLSchema {
  const relationResolver = createRelationResolver({ relations, ttls });
  const activityCountResolver = createActivityCountResolver(innerRelations);
  const schema = buildSchemaSync({
    resolvers: [
      QueryResolver,
      createMetricDefinitionsResolver({ relations, ttls }),
      MutationResolver,
      TokenResolver,
      relationResolver,
      activityCountResolver,
    ],
    validate: false,
  });
  readFieldsPlainly(schema, {
    Token: [TokenResolver, relationResolver],
    TransactionActivityConnection: [activityCountResolver],
  });
  describeFields(schema);
  return schema;
}
