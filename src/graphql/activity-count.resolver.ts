import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { GraphQLBigInt } from '../models/scalars.js';
import {
  TransactionActivityConnection,
  type TransactionActivityCount,
} from '../models/transaction-activity-connection.js';
import type { AnyRelation } from '../relations/relation.js';
import { type Owned, ownerOf } from './owner.js';
import { pathOf } from './path-of.js';
import type { ResolverClass } from './relation-resolver.js';

/** `transactionActivity.totalCount`: counted only when it is asked for, by a relation of its own. */
export function createActivityCountResolver(innerRelations: readonly AnyRelation[]): ResolverClass {
  const relation = innerRelations.find(({ name }) => name === 'transactionActivityCount');
  if (!relation) throw new Error('The relation transactionActivityCount is not in innerRelations.');

  @Resolver(() => TransactionActivityConnection)
  class ActivityCountResolver {
    @FieldResolver(() => GraphQLBigInt)
    async totalCount(
      @Root() connection: Owned<TransactionActivityConnection>,
      @Ctx() { scope, recordsFreshness }: RequestContext,
      @Info() info: GraphQLResolveInfo,
    ): Promise<number> {
      const path = recordsFreshness ? pathOf(info) : undefined;
      const row = await scope.relation(relation as AnyRelation, ownerOf(connection), connection.countArgs, path);
      return (row as TransactionActivityCount | null)?.totalCount ?? 0;
    }
  }
  return ActivityCountResolver;
}
