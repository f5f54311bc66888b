import { type GraphQLSchema, isObjectType } from 'graphql';
import type { ResolverClass } from './relation-resolver.js';

/**
 * Lets graphql-js read every field from the value as it is, but those that a resolver class of their type answers. TypeGraphQL would wrap
 * each field, and rebuild a class instance for each getter, which plain values out of a cache neither need nor survive.
 */
export function readFieldsPlainly(
  schema: GraphQLSchema,
  answeredBy: Readonly<Record<string, readonly ResolverClass[]>>,
): void {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || roots.includes(type)) continue;
    const answered = (answeredBy[type.name] ?? []).flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
    for (const field of Object.values(type.getFields())) {
      if (!answered.includes(field.name)) delete field.resolve;
    }
  }
}
