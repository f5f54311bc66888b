import { Field, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDateTime } from './scalars.js';

/** How far a token's data reaches; read beside the epoch and never cached. */
@ObjectType({
  description: 'How far the data of a token reaches. Every other field of the token belongs to this epoch.',
})
export class Freshness {
  @Field(() => GraphQLBigInt, { description: "Grows by one with every committed change of this token's data." })
  epoch!: number;

  @Field(() => GraphQLBigInt, { nullable: true, description: 'Newest block taken in; null before the first.' })
  asOfBlock!: number | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Time of that block (files: of the newest transfer row): the end of every window.',
  })
  asOfTime!: string | null;

  @Field(() => GraphQLBigInt, {
    nullable: true,
    description: 'Newest block that can no longer be undone; null where the source does not say.',
  })
  finalizedBlock!: number | null;
}
