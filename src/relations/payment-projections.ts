import { ArgsType, Field, Int } from 'type-graphql';
import { formatUnits } from '../models/amount.js';
import { addDays } from '../models/calendar.js';
import { PaymentProjection } from '../models/payment-projection.js';
import { within } from './bounds.js';
import { projectLine } from './project-line.js';
import { readWeeks, type TokenWeeks } from './read-weeks.js';
import { type OfToken, relation } from './relation.js';

/** Number of weeks to look ahead. */
@ArgsType()
export class PaymentProjectionsArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: 4,
    description: 'Weeks after the last complete one; 1 to 52.',
  })
  weeks?: number | null;
}

/** The weeks that the line is laid through end with the one of asOfTime, which is not complete. */
const weeksLookedAt = 12;

/** Payments to expect. Commands: 1. */
export const paymentProjections = relation({
  name: 'paymentProjections',
  description:
    'Payments to expect in the coming UTC weeks, amounts in tokens: the least-squares line through the complete weeks of the last 12, continued, with its 95 % prediction interval; empty with fewer than 4 of them.',
  type: [PaymentProjection],
  args: PaymentProjectionsArgs,
  normalize: ({ weeks }: PaymentProjectionsArgs, { maxProjectionWeeks }) => ({
    weeks: within({ argument: 'weeks', value: weeks ?? 4, max: maxProjectionWeeks }),
  }),
  tier: 'long',
  rows: ({ totals }, { weeks }) => (totals.firstDay === null ? 0 : weeks),
  load: async (tokens, args, read) => {
    const all = await readWeeks({ tokens, count: weeksLookedAt, read });
    return all.flatMap((weeks) => toProjections(weeks, args.weeks));
  },
});

function toProjections({ token, weeks }: TokenWeeks, count: number): Array<OfToken<PaymentProjection>> {
  const complete = weeks.filter(({ partial }) => !partial);
  const last = complete.at(-1);
  if (!last) return [];
  return projectLine({ values: complete.map(({ amount }) => amount), count }).map(({ expected, lower, upper }, i) => ({
    tokenId: token.id,
    weekStartDate: addDays(last.weekStartDate, 7 * (i + 1)),
    expectedAmount: formatUnits(expected, token.decimals),
    lowerBound: formatUnits(lower, token.decimals),
    upperBound: formatUnits(upper, token.decimals),
  }));
}
