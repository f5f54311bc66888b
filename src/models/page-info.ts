import { Field, ObjectType } from 'type-graphql';

/** Where a page lies in its list. */
@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'There are further rows behind endCursor.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'There are rows before startCursor.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Give it as `after` to get the next page; null on an empty one.',
  })
  endCursor!: string | null;
}
