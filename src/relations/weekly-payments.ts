import { ArgsType, Field, Int } from 'type-graphql';
import { divideRounded, formatUnits } from '../models/amount.js';
import { WeeklyPayments } from '../models/weekly-payments.js';
import { within } from './bounds.js';
import { countWeeks, readWeeks } from './read-weeks.js';
import { relation } from './relation.js';

/** Number of weeks that end with the week of asOfTime. */
@ArgsType()
export class WeeklyPaymentsArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: 12,
    description: 'Weeks that end with the week of asOfTime, that one included; 1 to 260.',
  })
  weeks?: number | null;
}

/** Payments of each week. Commands: 1. */
export const weeklyPayments = relation({
  name: 'weeklyPayments',
  description: "Payments of each UTC week by the token's payment rule, amounts in tokens, oldest first.",
  type: [WeeklyPayments],
  args: WeeklyPaymentsArgs,
  normalize: ({ weeks }: WeeklyPaymentsArgs, { maxWeeks }) => ({
    weeks: within({ argument: 'weeks', value: weeks ?? 12, max: maxWeeks }),
  }),
  tier: 'long',
  rows: (token, { weeks }) => countWeeks(token, weeks),
  load: async (tokens, args, read) => {
    const all = await readWeeks({ tokens, count: args.weeks, read });
    return all.flatMap(({ token: { id, decimals }, weeks }) =>
      weeks.map(({ weekStartDate, amount, count, partial }) => ({
        tokenId: id,
        weekStartDate,
        totalPaymentsAmount: formatUnits(amount, decimals),
        paymentCount: count,
        averagePayment: count === 0 ? '0' : formatUnits(divideRounded(amount, BigInt(count)), decimals),
        filled: count === 0,
        partial,
      })),
    );
  },
});
