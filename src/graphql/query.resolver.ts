import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, ID, Info, Int, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { BadUserInputError } from '../errors.js';
import { GraphQLAddress } from '../models/scalars.js';
import { Token } from '../models/token.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { pathOf } from './path-of.js';
import { Status } from './types/status.js';
import { TokenConnection } from './types/token-connection.js';
import type { WhenReached } from './when-reached.js';

/** Ways to name one token. */
@ArgsType()
class TokenArgs {
  @Field(() => ID, { nullable: true })
  id?: string | null;

  @Field(() => String, { nullable: true, description: 'Found in any case; where that leaves several, the exact one.' })
  symbol?: string | null;

  @Field(() => GraphQLAddress, { nullable: true })
  contractAddress?: string | null;
}

/** A page of the list of tokens. */
@ArgsType()
class TokensArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50, description: '1 to 500.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor of this field; the page begins behind it.' })
  after?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only active or only inactive tokens.' })
  isActive?: boolean | null;
}

/** Entry points of reading. */
@Resolver()
export class QueryResolver {
  /** One token, or null when it is unknown. */
  @Query(() => Token, {
    nullable: true,
    description: 'Exactly one of id, symbol and contractAddress; otherwise BAD_USER_INPUT. Unknown token: null.',
  })
  async token(
    @Args(() => TokenArgs) { id, symbol, contractAddress }: TokenArgs,
    @Ctx() { scope, recordsFreshness }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TokenSnapshot | null> {
    const given = [id, symbol, contractAddress].filter((value) => value != null).length;
    if (given !== 1) {
      throw new BadUserInputError(
        `token: expected exactly one of id, symbol and contractAddress, got ${given} of them.`,
      );
    }
    const path = recordsFreshness ? pathOf(info) : undefined;
    if (id != null) return scope.token(id, path);
    if (symbol != null) return scope.tokenBySymbol(symbol, path);
    return scope.tokenByAddress(contractAddress ?? '', path);
  }

  /** The list, page by page; the rows come by token. */
  @Query(() => TokenConnection, { description: 'All tokens by symbol (byte order), then address.' })
  async tokens(
    @Args(() => TokensArgs) { first, after, isActive }: TokensArgs,
    @Ctx() { scope, recordsFreshness }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TokenConnection> {
    const list = await scope.tokenList(
      { first: first ?? 50, after: after ?? null, isActive: isActive ?? null },
      recordsFreshness ? pathOf(info) : undefined,
    );
    const found = await Promise.all(list.ids.map((id) => scope.token(id)));
    // A token may be deleted between the list and its row; the list of that epoch is read anew by the next request.
    const rows = found.flatMap((node, i) => (node ? [{ node, cursor: list.cursors[i] ?? '' }] : []));
    const edges = rows.map(({ node, cursor }) => ({ node: recordsFreshness ? recorded(node) : node, cursor }));
    return {
      edges,
      nodes: recordsFreshness ? recordedList(rows.map(({ node }) => node)) : rows.map(({ node }) => node),
      totalCount: list.totalCount,
      pageInfo: {
        hasNextPage: list.hasNextPage,
        hasPreviousPage: list.hasPreviousPage,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  /** Answers at once, also without a database. */
  @Query(() => Status, {
    description:
      'What this process and its stores are doing; waits for no database: what is not known yet is empty, what is old says so.',
  })
  status(@Ctx() { status }: RequestContext): Status {
    return status();
  }
}

const recorded =
  ({ id }: TokenSnapshot): WhenReached<TokenSnapshot | null> =>
  (_args, { scope }, info) =>
    scope.token(id, pathOf(info));

const recordedList =
  (tokens: readonly TokenSnapshot[]): WhenReached<Array<TokenSnapshot | null>> =>
  (_args, { scope }, info) =>
    Promise.all(tokens.map(({ id }, i) => scope.token(id, [...pathOf(info), i])));
