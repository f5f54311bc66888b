import { DailyUniqueWallets } from '../models/daily-unique-wallets.js';
import { Period } from '../models/enums.js';
import type { Row } from '../models/models.js';
import { daysShown, Last30DaysArgs, normalizeDayWindow, windowsOf } from './day-window.js';
import { daysOf, readDays, type StoredDays } from './read-days.js';
import { type OfToken, relation } from './relation.js';

/** Different wallets of each day. Commands: 1; 2 when some token has no wallet in its window. */
export const uniqueWallets = relation({
  name: 'uniqueWallets',
  description:
    'Different wallets of each UTC day, the zero address excluded, and the running number of known wallets, oldest first.',
  type: [DailyUniqueWallets],
  args: Last30DaysArgs,
  normalize: normalizeDayWindow(Period.LAST_30_DAYS),
  tier: 'medium',
  rows: daysShown,
  load: async (tokens, args, read) => {
    const windows = windowsOf(tokens, args, read.settings);
    const stored = await readDays({ read, collection: 'dailyUniqueWallets', windows, asked: args });
    return stored.flatMap(toSeries);
  },
});

function toSeries(stored: StoredDays<Row<'dailyUniqueWallets'>>): Array<OfToken<DailyUniqueWallets>> {
  let known = walletsBefore(stored);
  return daysOf(stored).map(({ date, row, partial }) => {
    known = row?.cumulativeWallets ?? known;
    return {
      tokenId: stored.window.token.id,
      date,
      uniqueWalletCount: row?.uniqueWalletCount ?? 0,
      newWallets: row?.newWallets ?? 0,
      activeWallets: row?.activeWallets ?? 0,
      cumulativeWallets: known,
      // A day may have transfers and no wallet: those from the zero address to itself.
      filled: (row?.uniqueWalletCount ?? 0) === 0,
      partial,
    };
  });
}

/** Known wallets at the start of the window: those with an opening balance where nothing has happened before. */
export function walletsBefore({ window, rows, before }: StoredDays<Row<'dailyUniqueWallets'>>): number {
  const [first] = rows;
  if (first) return first.cumulativeWallets - first.newWallets;
  return before?.cumulativeWallets ?? window.token.totals.openingWallets;
}
