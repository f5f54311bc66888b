import { Field, Int, ObjectType } from 'type-graphql';

/** What one number means, as data. */
@ObjectType({ description: 'What one field means, as data.' })
export class MetricDefinition {
  @Field(() => String, { description: 'Path of the field from Token, such as dailyMetrics.mintAmount.' })
  field!: string;

  @Field(() => String, { description: 'What the number means, with its rules.' })
  description!: string;

  @Field(() => String, {
    nullable: true,
    description: 'tokens, USD, percent, transfers, transactions, wallets, ...; null where there is none.',
  })
  unit!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether mints and burns count; null where the question has no meaning.',
  })
  countsMintsAndBurns!: boolean | null;

  @Field(() => String, { nullable: true, description: 'hour, day, week or period (all in UTC); null for a state.' })
  bucket!: string | null;

  @Field(() => String, { description: 'Freshness class: short, medium, long or veryLong.' })
  tier!: string;

  @Field(() => Int, { description: 'Seconds that an entry of the class lives in the cache.' })
  ttlSeconds!: number;
}
