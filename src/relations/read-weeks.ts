import { decodeAmount } from '../models/amount.js';
import { addDays, countDays, type Day, dayOf, weekOf } from '../models/calendar.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { groupByToken } from './group-by-token.js';
import { inWindows } from './in-windows.js';
import type { Reader } from './relation.js';

/** Payments of a week in base units. */
export interface Week {
  readonly weekStartDate: Day;
  readonly amount: bigint;
  readonly count: number;
  /** The week holds asOfTime. */
  readonly partial: boolean;
}

/** The weeks of a token, oldest first, without gaps. */
export interface TokenWeeks {
  readonly token: TokenSnapshot;
  readonly weeks: readonly Week[];
}

/** Reads the last `count` weeks up to the one of asOfTime, from the first week with data on. Commands: 1. */
export async function readWeeks({
  tokens,
  count,
  read,
}: {
  tokens: readonly TokenSnapshot[];
  count: number;
  read: Reader;
}): Promise<TokenWeeks[]> {
  const windows = tokens.flatMap((token) => {
    const ends = endsOf(token);
    return ends ? [{ token, ...ends, lower: addDays(ends.last, -7 * (count - 1)), upper: null }] : [];
  });
  if (windows.length === 0) return [];
  const rows = groupByToken(
    await read.find('weeklyPayments', inWindows('weekStartDate', windows), { projection: { _id: 0 } }),
  );
  return windows.map(({ token, first, last, lower }) => {
    const stored = new Map(rows.get(token.id)?.map((row) => [row.weekStartDate, row]));
    const weeks: Week[] = [];
    for (let week = lower > first ? lower : first; week <= last; week = addDays(week, 7)) {
      const row = stored.get(week);
      const amount = row ? decodeAmount(row.totalPaymentsAmount) : 0n;
      weeks.push({ weekStartDate: week, amount, count: row?.paymentCount ?? 0, partial: week === last });
    }
    return { token, weeks };
  });
}

/** Weeks that there are of a token, `count` at most. */
export function countWeeks(token: TokenSnapshot, count: number): number {
  const ends = endsOf(token);
  return ends ? Math.min(count, Math.ceil(countDays(ends.first, ends.last) / 7)) : 0;
}

/** The first week with data and that of asOfTime; undefined without data. */
function endsOf({ totals: { firstDay }, asOfTime }: TokenSnapshot): { first: Day; last: Day } | undefined {
  if (firstDay === null || asOfTime === null) return undefined;
  return { first: weekOf(firstDay), last: weekOf(dayOf(new Date(asOfTime))) };
}
