import { ArgsType, Field } from 'type-graphql';
import { addDays, dayMs, dayOf, startOfDay } from '../models/calendar.js';
import { Period, periodDays } from '../models/enums.js';
import { GraphQLDateTime } from '../models/scalars.js';
import { TokenPriceData } from '../models/token-price-data.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { refuseReversed } from './bounds.js';
import { toPriceRows } from './price-rows.js';
import { noPrices, type PriceWindow, readPrices } from './read-prices.js';
import { relation } from './relation.js';

/** Instants between which prices are listed. */
@ArgsType()
export class PriceDataArgs {
  @Field(() => Period, { nullable: true, defaultValue: Period.LAST_30_DAYS })
  period?: Period | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Inclusive; replaces the period. Without it the start is open.',
  })
  from?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Inclusive; replaces the period. Without it the end is open.',
  })
  to?: string | null;
}

/** Stored prices. Commands: 1; up to 4 in the cases that readPrices tells. */
export const priceData = relation({
  name: 'priceData',
  description: 'Prices in USD, oldest first; a period is whole UTC days that end with the day of asOfTime.',
  type: [TokenPriceData],
  args: PriceDataArgs,
  normalize: (args: PriceDataArgs) => {
    const from = args.from ?? null;
    const to = args.to ?? null;
    refuseReversed({ from, to });
    return { period: from === null && to === null ? (args.period ?? Period.LAST_30_DAYS) : null, from, to };
  },
  tier: 'long',
  load: async (tokens, args, read) => {
    const windows = tokens.flatMap((token) => windowOf(token, args) ?? []);
    const prices = await readPrices(windows, read);
    return windows.flatMap(({ token }) => toPriceRows({ token, ...(prices.get(token.id) ?? noPrices) }));
  },
});

/** Undefined for a period of a token without asOfTime: it has no days to end with. */
function windowOf(
  token: TokenSnapshot,
  { period, from, to }: { period: Period | null; from: string | null; to: string | null },
): PriceWindow | undefined {
  if (period === null) {
    return { token, lower: from === null ? null : new Date(from), upper: to === null ? null : new Date(to) };
  }
  if (token.asOfTime === null) return undefined;
  const lastDay = dayOf(new Date(token.asOfTime));
  return {
    token,
    lower: startOfDay(addDays(lastDay, 1 - periodDays[period])),
    upper: new Date(startOfDay(lastDay).getTime() + dayMs - 1),
  };
}
