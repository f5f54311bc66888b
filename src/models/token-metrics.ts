import { Field, Int, ObjectType } from 'type-graphql';
import { Period } from './enums.js';
import { GraphQLBigInt, GraphQLDate, GraphQLDecimal } from './scalars.js';

/** How use of the token grew over a window. */
@ObjectType({ description: 'Transfers and new wallets of the window, and the window of equal length before it.' })
export class GrowthMetrics {
  @Field(() => GraphQLBigInt, { description: 'Successful transfers in the window, mints and burns included.' })
  txCount!: number;

  @Field(() => GraphQLBigInt, { description: 'The same number of days directly before.' })
  previousTxCount!: number;

  @Field(() => GraphQLDecimal, {
    nullable: true,
    description: 'Percent, 4 places; null where previousTxCount is 0.',
  })
  txCountChange!: string | null;

  @Field(() => GraphQLBigInt, {
    description:
      'Wallets whose first known successful transfer lies in the window, those with an opening balance excluded.',
  })
  newWallets!: number;

  @Field(() => GraphQLBigInt, {
    description: 'Wallets known at the end of the window, those with an opening balance included.',
  })
  cumulativeWallets!: number;

  @Field(() => GraphQLBigInt, {
    description: 'Successful transfers from the first known one to the end of the window.',
  })
  cumulativeTxCount!: number;
}

/** What amounts moved in a window. */
@ObjectType({ description: 'Amounts moved in the window, in tokens, mints and burns included.' })
export class VolumeMetrics {
  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  total!: string;

  @Field(() => GraphQLDecimal, { description: 'In tokens, over the same number of days directly before.' })
  previousTotal!: string;

  @Field(() => GraphQLDecimal, { nullable: true, description: 'Percent, 4 places; null where previousTotal is 0.' })
  totalChange!: string | null;

  @Field(() => GraphQLDecimal, {
    description: "In tokens: total / days of the period, rounded to the token's decimals.",
  })
  dailyAverage!: string;

  @Field(() => GraphQLDate, {
    nullable: true,
    description: 'Day with the largest amount, the earlier of equals; null when total is 0.',
  })
  largestDay!: string | null;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  largestDayAmount!: string;
}

/** How much was going on in a window. */
@ObjectType({ description: 'Wallets and transfers of the window.' })
export class ActivityMetrics {
  @Field(() => GraphQLBigInt, {
    description: 'Different wallets in the whole window, the zero address excluded: not the sum of its days.',
  })
  uniqueWallets!: number;

  @Field(() => GraphQLDecimal, {
    description: 'Mean of the daily unique wallets over the days of the period, 2 places.',
  })
  averageDailyWallets!: string;

  @Field(() => GraphQLDecimal, { description: 'Successful transfers / days of the period, 2 places.' })
  averageDailyTxCount!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'UTC hour of the day (0 to 23) with most transfers over the window, the earlier of equals; null without transfers.',
  })
  busiestHour!: number | null;

  @Field(() => GraphQLBigInt, { description: 'Transfers in that hour of the day over the window.' })
  busiestHourTxCount!: number;
}

/** Figures of one window; parts that were not asked for are null. */
@ObjectType({
  description:
    'Figures of a window of whole UTC days that ends with the day of asOfTime. Days before the first data count as zero days.',
})
export class TokenMetrics {
  @Field(() => Period)
  period!: Period;

  @Field(() => GraphQLDate, { nullable: true, description: 'First day of the window; null without data.' })
  from!: string | null;

  @Field(() => GraphQLDate, { nullable: true, description: 'Last day of the window; null without data.' })
  to!: string | null;

  @Field(() => GrowthMetrics, { nullable: true, description: 'Null unless type is ALL or GROWTH.' })
  growth!: GrowthMetrics | null;

  @Field(() => VolumeMetrics, { nullable: true, description: 'Null unless type is ALL or VOLUME.' })
  volume!: VolumeMetrics | null;

  @Field(() => ActivityMetrics, { nullable: true, description: 'Null unless type is ALL or ACTIVITY.' })
  activity!: ActivityMetrics | null;
}
