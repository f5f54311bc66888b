import { Field, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../../models/page-info.js';
import { Token } from '../../models/token.js';
import type { TokenSnapshot } from '../../models/token-snapshot.js';
import type { WhenReached } from '../when-reached.js';

/** A token in a list, with its place in it. */
@ObjectType({ description: 'A token in a list, with its place in it.' })
export class TokenEdge {
  @Field(() => String, { description: 'Give it as `after` to go on behind this token.' })
  cursor!: string;

  @Field(() => Token, { description: 'The token.' })
  node!: TokenSnapshot | WhenReached<TokenSnapshot | null>;
}

/** A page of the list of tokens. */
@ObjectType({ description: 'A page of the list of tokens, by symbol (byte order), then address.' })
export class TokenConnection {
  @Field(() => [Token])
  nodes!: TokenSnapshot[] | WhenReached<Array<TokenSnapshot | null>>;

  @Field(() => [TokenEdge])
  edges!: TokenEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Tokens of the whole list, not of the page.' })
  totalCount!: number;
}
