import { ArgsType, Field } from 'type-graphql';
import { BadUserInputError } from '../errors.js';
import { addDays, countDays, type Day, dayOf } from '../models/calendar.js';
import { Period, periodDays } from '../models/enums.js';
import { GraphQLDate } from '../models/scalars.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { refuseReversed, windowProblem } from './bounds.js';
import { refuseTokens } from './refused-tokens-error.js';
import type { AnswerSettings } from './relation.js';

/** Ends of a window in whole UTC days; given together or alone they replace the period. */
@ArgsType()
export class DayWindowArgs {
  @Field(() => GraphQLDate, {
    nullable: true,
    description: 'First day, inclusive; replaces the period. Alone: up to the day of asOfTime.',
  })
  from?: Day | null;

  @Field(() => GraphQLDate, {
    nullable: true,
    description: 'Last day, inclusive; replaces the period. Alone: from the first day with data.',
  })
  to?: Day | null;
}

/** A window of days, 30 of them when nothing is said. */
@ArgsType()
export class Last30DaysArgs extends DayWindowArgs {
  @Field(() => Period, { nullable: true, defaultValue: Period.LAST_30_DAYS })
  period?: Period | null;
}

/** A window of days, 7 of them when nothing is said. */
@ArgsType()
export class Last7DaysArgs extends DayWindowArgs {
  @Field(() => Period, { nullable: true, defaultValue: Period.LAST_7_DAYS })
  period?: Period | null;
}

/** Canonical form: a period, or the ends that replace it. */
export type DayWindow = { readonly period: Period | null; readonly from: Day | null; readonly to: Day | null };

/** Makes the canonical form with a default period; refuses reversed ends and windows that are too long whatever the token. */
export function normalizeDayWindow(fallback: Period) {
  return (
    args: { period?: Period | null; from?: Day | null; to?: Day | null },
    settings: AnswerSettings,
  ): DayWindow => {
    const from = args.from ?? null;
    const to = args.to ?? null;
    const period = from === null && to === null ? (args.period ?? fallback) : null;
    refuseReversed({ from, to });
    const problem =
      from !== null && to !== null
        ? windowProblem({ from, to, days: countDays(from, to), max: settings.maxWindowDays })
        : undefined;
    if (problem) throw new BadUserInputError(problem, { argument: 'from' });
    return { period, from, to };
  };
}

/** The days of one token that a window shows, clipped to its data; `lower` and `upper` are what a read has to ask for. */
export interface TokenWindow {
  readonly token: TokenSnapshot;
  readonly start: Day;
  readonly end: Day;
  readonly lower: Day | null;
  readonly upper: Day | null;
}

/** Windows of the tokens that have days to show. Refuses tokens for which an open end makes the window too long. */
export function windowsOf(
  tokens: readonly TokenSnapshot[],
  window: DayWindow,
  settings: AnswerSettings,
): TokenWindow[] {
  const wanted = tokens.flatMap((token) => {
    const ends = endsOf(token, window);
    return ends ? [{ token, ...ends }] : [];
  });
  refuseTokens(wanted, ({ token, from, to }) => {
    const problem = windowProblem({ from, to, days: countDays(from, to), max: settings.maxWindowDays });
    return problem ? { tokenId: token.id, problem } : undefined;
  });
  return wanted
    .map(({ token, from, start, end }) => ({
      token,
      start,
      end,
      // Nothing lies before the first day or behind the last: leaving such ends open makes windows of many tokens one.
      lower: window.period ? from : window.from,
      upper: window.to,
    }))
    .filter(({ start, end }) => start <= end);
}

/** Days that a window shows of a token; 0 where it is refused. */
export function daysShown(token: TokenSnapshot, window: DayWindow, { maxWindowDays }: AnswerSettings): number {
  const ends = endsOf(token, window);
  if (!ends || countDays(ends.from, ends.to) > maxWindowDays) return 0;
  return Math.max(0, countDays(ends.start, ends.end));
}

/** The ends of a window as asked of a token, and clipped to its data; undefined without data. */
function endsOf({ totals: { firstDay }, asOfTime }: TokenSnapshot, window: DayWindow) {
  if (firstDay === null || asOfTime === null) return undefined;
  const lastDay = dayOf(new Date(asOfTime));
  const from = window.period ? addDays(lastDay, 1 - periodDays[window.period]) : (window.from ?? firstDay);
  const to = window.to ?? lastDay;
  return { from, to, start: from > firstDay ? from : firstDay, end: to < lastDay ? to : lastDay };
}
