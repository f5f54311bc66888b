import { decodeAmount, formatUnits } from '../models/amount.js';
import { DailyCumulativeMetrics } from '../models/daily-cumulative-metrics.js';
import { Period } from '../models/enums.js';
import type { Row } from '../models/models.js';
import { daysShown, Last30DaysArgs, normalizeDayWindow, windowsOf } from './day-window.js';
import { daysOf, readDays, type StoredDays } from './read-days.js';
import { type OfToken, relation } from './relation.js';

/** Transfers of each day with running totals. Commands: 1; 2 when some token has no transfer in its window. */
export const dailyMetrics = relation({
  name: 'dailyMetrics',
  description: 'Successful transfers of each UTC day and running totals to its end, amounts in tokens, oldest first.',
  type: [DailyCumulativeMetrics],
  args: Last30DaysArgs,
  normalize: normalizeDayWindow(Period.LAST_30_DAYS),
  tier: 'long',
  rows: daysShown,
  load: async (tokens, args, read) => {
    const windows = windowsOf(tokens, args, read.settings);
    const stored = await readDays({ read, collection: 'dailyCumulativeMetrics', windows, asked: args });
    return stored.flatMap(toSeries);
  },
});

function toSeries(stored: StoredDays<Row<'dailyCumulativeMetrics'>>): Array<OfToken<DailyCumulativeMetrics>> {
  const { id, decimals } = stored.window.token;
  let { count, amount } = totalsBefore(stored);
  return daysOf(stored).map(({ date, row, partial }) => {
    count = row?.cumulativeTxCount ?? count;
    amount = row ? decodeAmount(row.cumulativeTxAmount) : amount;
    const shown = (stored: string | undefined): string =>
      stored === undefined ? '0' : formatUnits(decodeAmount(stored), decimals);
    return {
      tokenId: id,
      date,
      cumulativeTxCount: count,
      cumulativeTxAmount: formatUnits(amount, decimals),
      dailyTxCount: row?.dailyTxCount ?? 0,
      dailyTxAmount: shown(row?.dailyTxAmount),
      distinctTransactionCount: row?.distinctTransactionCount ?? 0,
      mintCount: row?.mintCount ?? 0,
      mintAmount: shown(row?.mintAmount),
      burnCount: row?.burnCount ?? 0,
      burnAmount: shown(row?.burnAmount),
      filled: (row?.dailyTxCount ?? 0) === 0,
      partial,
    };
  });
}

/** Running totals at the start of the window. */
function totalsBefore({ rows, before }: StoredDays<Row<'dailyCumulativeMetrics'>>): { count: number; amount: bigint } {
  const [first] = rows;
  if (first) {
    return {
      count: first.cumulativeTxCount - first.dailyTxCount,
      amount: decodeAmount(first.cumulativeTxAmount) - decodeAmount(first.dailyTxAmount),
    };
  }
  return { count: before?.cumulativeTxCount ?? 0, amount: before ? decodeAmount(before.cumulativeTxAmount) : 0n };
}
