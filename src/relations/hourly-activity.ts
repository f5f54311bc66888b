import { decodeAmount, formatUnits } from '../models/amount.js';
import { dayOf, hourMs, hourOf, startOfDay } from '../models/calendar.js';
import { Period } from '../models/enums.js';
import { HourlyActivity } from '../models/hourly-activity.js';
import type { Row } from '../models/models.js';
import { daysShown, Last7DaysArgs, normalizeDayWindow, type TokenWindow, windowsOf } from './day-window.js';
import { groupByToken } from './group-by-token.js';
import { inWindows } from './in-windows.js';
import { type OfToken, relation } from './relation.js';

/** Transfers of each hour. Commands: 1. */
export const hourlyActivity = relation({
  name: 'hourlyActivity',
  description: 'Successful transfers of each UTC hour, amounts in tokens, oldest first: the data of heat maps.',
  type: [HourlyActivity],
  args: Last7DaysArgs,
  normalize: normalizeDayWindow(Period.LAST_7_DAYS),
  tier: 'short',
  rows: (...asked) => 24 * daysShown(...asked),
  load: async (tokens, args, read) => {
    const windows = windowsOf(tokens, args, read.settings);
    if (windows.length === 0) return [];
    const rows = groupByToken(
      await read.find('hourlyActivity', inWindows('date', windows), { projection: { _id: 0 } }),
    );
    return windows.flatMap((window) => toSeries(window, rows.get(window.token.id) ?? []));
  },
});

function toSeries(window: TokenWindow, rows: ReadonlyArray<Row<'hourlyActivity'>>): Array<OfToken<HourlyActivity>> {
  const { id, decimals, asOfTime, totals } = window.token;
  const stored = new Map(rows.map((row) => [startOfDay(row.date).getTime() + row.hour * hourMs, row]));
  const lastHour = startOfHour(asOfTime);
  const start = Math.max(startOfDay(window.start).getTime(), startOfHour(totals.firstTransferAt));
  const end = Math.min(startOfDay(window.end).getTime() + 23 * hourMs, lastHour);
  const series: Array<OfToken<HourlyActivity>> = [];
  for (let time = start; time <= end; time += hourMs) {
    const row = stored.get(time);
    series.push({
      tokenId: id,
      date: dayOf(time),
      hour: hourOf(time),
      transactionCount: row?.transactionCount ?? 0,
      totalVolume: row ? formatUnits(decodeAmount(row.totalVolume), decimals) : '0',
      uniqueWallets: row?.uniqueWallets ?? 0,
      filled: (row?.transactionCount ?? 0) === 0,
      partial: time === lastHour,
    });
  }
  return series;
}

/** Start of the hour that holds an instant; a window exists only where the instants of the token do. */
function startOfHour(instant: string | null): number {
  return Math.floor(Date.parse(instant ?? '') / hourMs) * hourMs;
}
