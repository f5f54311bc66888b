import { ArgsType, Field } from 'type-graphql';
import { addDays, dayOf } from '../models/calendar.js';
import { MetricType, Period, periodDays } from '../models/enums.js';
import { TokenMetrics } from '../models/token-metrics.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { activityOf, growthOf, volumeOf } from './metric-parts.js';
import { type MetricWindow, readMetrics } from './read-metrics.js';
import { type OfToken, relation } from './relation.js';

/** Which figures, and of how many days. */
@ArgsType()
export class MetricsArgs {
  @Field(() => MetricType, {
    nullable: true,
    defaultValue: MetricType.ALL,
    description: 'Part to answer; the others are null.',
  })
  type?: MetricType | null;

  @Field(() => Period, { nullable: true, defaultValue: Period.LAST_30_DAYS })
  period?: Period | null;
}

/** Figures of a window. Commands by type: VOLUME 1, GROWTH 3, ACTIVITY 4, ALL 5. */
export const metrics = relation<MetricsArgs, { readonly type: MetricType; readonly period: Period }, TokenMetrics>({
  name: 'metrics',
  description: 'Figures of a window of whole UTC days that ends with the day of asOfTime, amounts in tokens.',
  type: TokenMetrics,
  args: MetricsArgs,
  normalize: ({ type, period }) => ({ type: type ?? MetricType.ALL, period: period ?? Period.LAST_30_DAYS }),
  tier: 'long',
  load: async (tokens, { type, period }, read) => {
    const days = periodDays[period];
    const subjects = tokens.map((token) => ({ token, window: windowOf(token, days) }));
    const asked = (part: MetricType): boolean => type === MetricType.ALL || type === part;
    const parts = {
      growth: asked(MetricType.GROWTH),
      volume: asked(MetricType.VOLUME),
      activity: asked(MetricType.ACTIVITY),
    };
    const facts = await readMetrics({ subjects, parts, read });
    return facts.map(({ token, window, ...rest }): OfToken<TokenMetrics> => {
      const part = { token, days, ...rest };
      return {
        tokenId: token.id,
        period,
        from: window?.from ?? null,
        to: window?.to ?? null,
        growth: parts.growth ? growthOf(part) : null,
        volume: parts.volume ? volumeOf(part) : null,
        activity: parts.activity ? activityOf(part) : null,
      };
    });
  },
});

function windowOf({ asOfTime, totals }: TokenSnapshot, days: number): MetricWindow | null {
  if (asOfTime === null || totals.firstDay === null) return null;
  const to = dayOf(new Date(asOfTime));
  return { previousFrom: addDays(to, 1 - 2 * days), from: addDays(to, 1 - days), to };
}
