import type { Day } from '../models/calendar.js';
import { addDays, dayOf } from '../models/calendar.js';
import type { Row } from '../models/models.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { DayWindow, TokenWindow } from './day-window.js';
import { groupByToken } from './group-by-token.js';
import { inWindows } from './in-windows.js';
import { readPerToken } from './read-per-token.js';
import type { Reader } from './relation.js';

type DayCollection = 'dailyCumulativeMetrics' | 'dailyUniqueWallets';

/** Stored days of one token within its window, and the last one before it where the window holds none. */
export interface StoredDays<R> {
  readonly window: TokenWindow;
  readonly rows: readonly R[];
  readonly before: R | undefined;
}

/**
 * Reads the stored days of many windows: one command, and one more when some window holds no row, because running totals have to be
 * carried into it.
 */
export async function readDays<N extends DayCollection>({
  read,
  collection,
  windows,
  asked,
}: {
  read: Reader;
  collection: N;
  windows: readonly TokenWindow[];
  asked: DayWindow;
}): Promise<Array<StoredDays<Row<N>>>> {
  if (windows.length === 0) return [];
  const find = read.find as (name: N, filter: object, options: object) => Promise<Array<Row<N>>>;
  const rows = groupByToken(
    await find(collection, inWindows('date', windows), { projection: { _id: 0 }, sort: { tokenId: 1, date: 1 } }),
  );
  const silent = windows.filter(({ token }) => !rows.has(token.id));
  const before = await readLastDays<Row<N>>({
    read,
    collection,
    tokens: silent.map(({ token }) => token),
    day: asked.from,
  });
  return windows.map((window) => ({
    window,
    rows: rows.get(window.token.id) ?? [],
    before: before.get(window.token.id),
  }));
}

/**
 * The last stored day before `day`; without `day` the last of all, because nothing lies behind a window that ends with the data. (One
 * that begins with the data holds its first day.)
 */
async function readLastDays<R extends object>({
  read,
  collection,
  tokens,
  day,
}: {
  read: Reader;
  collection: DayCollection;
  tokens: readonly TokenSnapshot[];
  day: Day | null;
}): Promise<Map<string, R>> {
  const found = await readPerToken<{ last: R }>({
    read,
    tokens,
    lists: {
      last: {
        from: collection,
        ...(day === null ? {} : { match: { date: { $lt: day } } }),
        sort: { date: -1 },
        limit: 1,
      },
    },
  });
  return new Map([...found].flatMap(([id, { last }]) => (last[0] ? [[id, last[0]] as const] : [])));
}

/** Every day of a window, oldest first, with the row that is stored for it. */
export function daysOf<R extends { readonly date: Day }>({ window, rows }: StoredDays<R>) {
  const stored = new Map(rows.map((row) => [row.date, row]));
  const lastDay = window.token.asOfTime === null ? null : dayOf(new Date(window.token.asOfTime));
  const days: Array<{ date: Day; row: R | undefined; partial: boolean }> = [];
  for (let date = window.start; date <= window.end; date = addDays(date, 1)) {
    days.push({ date, row: stored.get(date), partial: date === lastDay });
  }
  return days;
}
