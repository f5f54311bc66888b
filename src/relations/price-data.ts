import { ArgsType, Field } from 'type-graphql';
import { addDays, dayMs, dayOf, startOfDay } from '../models/calendar.js';
import { Period, periodDays } from '../models/enums.js';
import { GraphQLDateTime } from '../models/scalars.js';
import { TokenPriceData } from '../models/token-price-data.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { grouped, refuseReversed } from './bounds.js';
import { perTokenWindows } from './in-windows.js';
import { priceFields, type StoredPrice, toPriceRows } from './price-rows.js';
import { readPerToken } from './read-per-token.js';
import { refuseTokens } from './refused-tokens-error.js';
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

/** Stored prices. Commands: 1. */
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
    if (windows.length === 0) return [];
    const max = read.settings.maxPrices;
    const lists = await readPerToken<{ inside: StoredPrice; dayBefore: StoredPrice; older: StoredPrice }>({
      read,
      tokens: windows.map(({ token }) => token),
      lists: {
        inside: {
          from: 'tokenPriceData',
          match: perTokenWindows('timestamp', windows),
          sort: { timestamp: 1 },
          limit: max + 1,
          fields: priceFields,
        },
        // What change24h looks back at: all of the day before the window, and the newest price before that day.
        dayBefore: {
          from: 'tokenPriceData',
          match: perTokenWindows('timestamp', windows.map(dayBefore)),
          sort: { timestamp: 1 },
          fields: priceFields,
        },
        older: {
          from: 'tokenPriceData',
          match: perTokenWindows('timestamp', windows.map(beforeThat)),
          sort: { timestamp: -1 },
          limit: 1,
          fields: priceFields,
        },
      },
    });
    refuseTokens(windows, ({ token }) =>
      (lists.get(token.id)?.inside.length ?? 0) > max
        ? {
            tokenId: token.id,
            problem: `from, to: expected at most ${grouped(max)} prices in the window, got more; ask for a shorter one.`,
          }
        : undefined,
    );
    return windows.flatMap(({ token }) => {
      const { inside = [], dayBefore = [], older = [] } = lists.get(token.id) ?? {};
      return toPriceRows({ token, rows: inside, earlier: [...older, ...dayBefore] });
    });
  },
});

interface PriceWindow {
  readonly token: TokenSnapshot;
  readonly lower: Date | null;
  readonly upper: Date | null;
}

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

// Before an open start there is nothing.
const beginning = new Date(-1);

const dayBefore = ({ token, lower }: PriceWindow): PriceWindow => ({
  token,
  lower: lower === null ? null : new Date(lower.getTime() - dayMs),
  upper: lower === null ? beginning : new Date(lower.getTime() - 1),
});

const beforeThat = ({ token, lower }: PriceWindow): PriceWindow => ({
  token,
  lower: null,
  upper: lower === null ? beginning : new Date(lower.getTime() - dayMs - 1),
});
