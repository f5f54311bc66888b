import { decodeAmount } from '../models/amount.js';
import { type Day, startOfDay } from '../models/calendar.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { groupByToken } from './group-by-token.js';
import { inWindows } from './in-windows.js';
import { readPerToken } from './read-per-token.js';
import type { Reader } from './relation.js';

/** The window of one token and the one before it; null for a token without data. */
export interface MetricWindow {
  readonly previousFrom: string;
  readonly from: string;
  readonly to: string;
}

/** What is stored of one day. */
export interface DayFacts {
  readonly date: Day;
  readonly txCount: number;
  readonly amount: bigint;
}

/** What metrics are computed from; lists rise by day and hold only what lies in the window, or before it in `previous`. */
export interface MetricFacts {
  readonly token: TokenSnapshot;
  readonly window: MetricWindow | null;
  readonly current: readonly DayFacts[];
  readonly previous: readonly DayFacts[];
  readonly wallets: ReadonlyArray<{ readonly uniqueWalletCount: number; readonly newWallets: number }>;
  readonly cumulativeWallets: number;
  readonly windowWallets: number;
  /** Transfers by hour of the day. */
  readonly hours: ReadonlyMap<number, number>;
}

/** A token and its window. */
interface Subject {
  readonly token: TokenSnapshot;
  readonly window: MetricWindow | null;
}

/** Reads what the asked parts need, side by side. */
export async function readMetrics({
  subjects,
  parts: { growth, activity },
  read,
}: {
  subjects: readonly Subject[];
  parts: { readonly growth: boolean; readonly volume: boolean; readonly activity: boolean };
  read: Reader;
}): Promise<MetricFacts[]> {
  const known = subjects.flatMap(({ token, window }) => (window ? [{ token, window }] : []));
  const [days, wallets, lastWallets, hours, windowWallets] = await Promise.all([
    readDayFacts(known, read),
    growth || activity ? readWallets(known, read) : new Map<string, WalletDay[]>(),
    growth ? readLastWallets(known, read) : new Map<string, number>(),
    activity ? readHours(known, read) : new Map<string, Map<number, number>>(),
    activity ? countWallets(known, read) : new Map<string, number>(),
  ]);
  return subjects.map(({ token, window }) => {
    const all = days.get(token.id) ?? [];
    return {
      token,
      window,
      current: all.filter(({ date }) => window !== null && date >= window.from),
      previous: all.filter(({ date }) => window !== null && date < window.from),
      wallets: wallets.get(token.id) ?? [],
      cumulativeWallets: lastWallets.get(token.id) ?? token.totals.openingWallets,
      windowWallets: windowWallets.get(token.id) ?? 0,
      hours: hours.get(token.id) ?? new Map(),
    };
  });
}

type Known = ReadonlyArray<{ readonly token: TokenSnapshot; readonly window: MetricWindow }>;
type WalletDay = { readonly uniqueWalletCount: number; readonly newWallets: number };

const since = (known: Known, start: 'from' | 'previousFrom') =>
  known.map(({ token, window }) => ({ token, lower: window[start], upper: null }));

async function readDayFacts(known: Known, read: Reader): Promise<Map<string, DayFacts[]>> {
  if (known.length === 0) return new Map();
  const rows = await read.find('dailyCumulativeMetrics', inWindows('date', since(known, 'previousFrom')), {
    projection: { _id: 0, tokenId: 1, date: 1, dailyTxCount: 1, dailyTxAmount: 1 },
    sort: { tokenId: 1, date: 1 },
  });
  const facts = rows.map(({ tokenId, date, dailyTxCount, dailyTxAmount }) => ({
    tokenId,
    date,
    txCount: dailyTxCount,
    amount: decodeAmount(dailyTxAmount),
  }));
  return groupByToken(facts);
}

async function readWallets(known: Known, read: Reader): Promise<Map<string, WalletDay[]>> {
  if (known.length === 0) return new Map();
  const rows = await read.find('dailyUniqueWallets', inWindows('date', since(known, 'from')), {
    projection: { _id: 0, tokenId: 1, uniqueWalletCount: 1, newWallets: 1 },
  });
  return groupByToken(rows);
}

/** Known wallets at the end of the data, which is the end of the window. */
async function readLastWallets(known: Known, read: Reader): Promise<Map<string, number>> {
  const last = await readPerToken<{ last: { cumulativeWallets: number } }>({
    read,
    tokens: known.map(({ token }) => token),
    lists: { last: { from: 'dailyUniqueWallets', sort: { date: -1 }, limit: 1, fields: ['cumulativeWallets'] } },
  });
  return new Map(
    [...last].flatMap(
      ([
        id,
        {
          last: [row],
        },
      ]) => (row ? [[id, row.cumulativeWallets] as const] : []),
    ),
  );
}

async function readHours(known: Known, read: Reader): Promise<Map<string, Map<number, number>>> {
  if (known.length === 0) return new Map();
  const rows = await read.aggregate<{ _id: { tokenId: string; hour: number }; count: number }>('hourlyActivity', [
    { $match: inWindows('date', since(known, 'from')) },
    { $group: { _id: { tokenId: '$tokenId', hour: '$hour' }, count: { $sum: '$transactionCount' } } },
  ]);
  const hours = groupByToken(rows.map(({ _id, count }) => ({ ..._id, count })));
  return new Map([...hours].map(([id, list]) => [id, new Map(list.map(({ hour, count }) => [hour, count]))]));
}

/** Windows end at asOfTime, so the wallets of a window are those last active in it: a count on an index. */
async function countWallets(known: Known, read: Reader): Promise<Map<string, number>> {
  if (known.length === 0) return new Map();
  const windows = known.map(({ token, window }) => ({ token, lower: startOfDay(window.from), upper: null }));
  const rows = await read.aggregate<{ _id: string; count: number }>('holders', [
    { $match: inWindows('lastActive', windows) },
    { $group: { _id: '$tokenId', count: { $sum: 1 } } },
  ]);
  return new Map(rows.map(({ _id, count }) => [_id, count]));
}
