import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { TierTtls } from '../cache/tiers.js';
import type { RequestContext } from '../context.js';
import { Token } from '../models/token.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { AnyRelation } from '../relations/relation.js';
import { freshnessSentence } from './freshness-sentence.js';
import { withOwner } from './owner.js';
import { pathOf } from './path-of.js';

/** A class that TypeGraphQL takes as a resolver. */
export type ResolverClass = new () => object;

/**
 * Makes the Token fields of the relations: one resolver class with one method per relation. One class, because TypeGraphQL 2.0.0-rc.4
 * matches field resolvers by method name, so that two classes of one shape would answer each other's fields.
 */
export function createRelationResolver({
  relations,
  ttls,
}: {
  relations: readonly AnyRelation[];
  ttls: TierTtls;
}): ResolverClass {
  class RelationResolver {}
  Resolver(() => Token)(RelationResolver);
  for (const relation of relations) {
    Object.defineProperty(RelationResolver.prototype, relation.name, { value: resolveBy(relation) });
    decorate(RelationResolver.prototype, relation, ttls);
  }
  return RelationResolver;
}

type FieldMethod = (
  token: TokenSnapshot,
  context: RequestContext,
  info: GraphQLResolveInfo,
  args?: object,
) => Promise<unknown>;

const resolveBy =
  (relation: AnyRelation): FieldMethod =>
  async (token, { scope, recordsFreshness }, info, args = {}) => {
    const value = await scope.relation(relation, token, args, recordsFreshness ? pathOf(info) : undefined);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? withOwner(value, token) : value;
  };

/** What the decorators of a written method would do, in the order of its parameters. */
function decorate(prototype: object, relation: AnyRelation, ttls: TierTtls): void {
  const { name, description, tier, type, args, empty } = relation;
  Root()(prototype, name, 0);
  Ctx()(prototype, name, 1);
  Info()(prototype, name, 2);
  if (args) Args(() => args)(prototype, name, 3);
  FieldResolver(() => (isList(type) ? [type[0]] : type), {
    nullable: empty === null,
    description: `${description} ${freshnessSentence(tier, ttls)}`,
  })(prototype, name, { value: undefined });
}

const isList = (type: AnyRelation['type']): type is Extract<AnyRelation['type'], readonly unknown[]> =>
  Array.isArray(type);
