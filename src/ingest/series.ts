import type { mongo } from 'mongoose';
import { decodeAmount, encodeAmount } from '../models/amount.js';
import type { Day } from '../models/calendar.js';
import { inChunks } from './chunks.js';
import { type DaySums, hourId } from './day-sums.js';
import type { Stored, Unit } from './transaction.js';

/** What a batch did to the days of a token. */
export interface SeriesChange {
  readonly tokenId: string;
  /** Whole sums of every day that won or lost transfers; a day that has none left loses its rows. */
  readonly days: ReadonlyMap<Day, DaySums>;
  /** Hours of those days that won or lost transfers. */
  readonly hours: ReadonlyMap<Day, ReadonlySet<number>>;
  /** Change of newWallets by day. */
  readonly newWallets: ReadonlyMap<Day, number>;
  /** Wallets with an opening balance after the batch, and the change of their number. */
  readonly openingWallets: number;
  readonly openingWalletsChange: number;
}

/** Writes the daily and hourly rows that a batch changed, deletes emptied ones, and moves the running totals of all later days. */
export async function writeSeries(unit: Unit, change: SeriesChange): Promise<void> {
  const touched = [...change.days.keys(), ...change.newWallets.keys()].sort();
  const from = change.openingWalletsChange === 0 ? touched[0] : '';
  if (from === undefined) return;
  await writeMetrics(unit, change, from);
  await writeWallets(unit, change, from);
  await writeHours(unit, change);
}

function isEmpty(sums: DaySums | undefined): boolean {
  return sums?.txCount === 0;
}

async function writeMetrics(unit: Unit, { tokenId, days }: SeriesChange, from: Day): Promise<void> {
  const { before, rows } = await readFrom(unit, 'dailyCumulativeMetrics', tokenId, from);
  let count = before?.cumulativeTxCount ?? 0;
  let amount = before ? decodeAmount(before.cumulativeTxAmount) : 0n;
  const writes: Array<Stored<'dailyCumulativeMetrics'>> = [];
  for (const date of datesOf(rows, days)) {
    const stored = rows.get(date);
    if (isEmpty(days.get(date))) continue;
    const own = days.get(date)?.metrics() ?? stored;
    if (!own) continue;
    count += own.dailyTxCount;
    amount += decodeAmount(own.dailyTxAmount);
    if (!days.has(date) && stored?.cumulativeTxCount === count && decodeAmount(stored.cumulativeTxAmount) === amount) {
      continue;
    }
    const cumulative = { cumulativeTxCount: count, cumulativeTxAmount: encodeAmount(amount) };
    writes.push({ ...own, _id: `${tokenId}:${date}`, tokenId, date, ...cumulative });
  }
  await replaceAll(unit, 'dailyCumulativeMetrics', writes);
  await removeAll(unit, 'dailyCumulativeMetrics', emptiedOf(tokenId, days));
}

async function writeWallets(unit: Unit, change: SeriesChange, from: Day): Promise<void> {
  const { tokenId, days, newWallets } = change;
  const { before, rows } = await readFrom(unit, 'dailyUniqueWallets', tokenId, from);
  let cumulative = before?.cumulativeWallets ?? change.openingWallets;
  const writes: Array<Stored<'dailyUniqueWallets'>> = [];
  for (const date of datesOf(rows, days)) {
    const stored = rows.get(date);
    if (isEmpty(days.get(date))) continue;
    const own = days.get(date)?.wallets() ?? stored;
    if (!own) continue;
    const fresh = (stored?.newWallets ?? 0) + (newWallets.get(date) ?? 0);
    cumulative += fresh;
    if (!days.has(date) && stored?.newWallets === fresh && stored.cumulativeWallets === cumulative) continue;
    const moved = { newWallets: fresh, cumulativeWallets: cumulative };
    writes.push({ ...own, _id: `${tokenId}:${date}`, tokenId, date, ...moved });
  }
  await replaceAll(unit, 'dailyUniqueWallets', writes);
  await removeAll(unit, 'dailyUniqueWallets', emptiedOf(tokenId, days));
}

async function writeHours(unit: Unit, { tokenId, days, hours }: SeriesChange): Promise<void> {
  const rows = [...days].flatMap(([date, sums]) => {
    const wanted = hours.get(date);
    return sums.hourly({ tokenId, date, ...(wanted ? { wanted } : {}) });
  });
  await replaceAll(unit, 'hourlyActivity', rows);
  const emptied = [...days].flatMap(([date, sums]) =>
    [...(hours.get(date) ?? [])].filter((hour) => !sums.hours.has(hour)).map((hour) => hourId({ tokenId, date, hour })),
  );
  await removeAll(unit, 'hourlyActivity', emptied);
}

function emptiedOf(tokenId: string, days: ReadonlyMap<Day, DaySums>): string[] {
  return [...days].filter(([, sums]) => isEmpty(sums)).map(([date]) => `${tokenId}:${date}`);
}

type Daily = 'dailyCumulativeMetrics' | 'dailyUniqueWallets';

async function readFrom<N extends Daily>({ session, collection }: Unit, name: N, tokenId: string, from: Day) {
  const rows = collection<Daily>(name);
  const later = await rows.find({ tokenId, date: { $gte: from } }, { session, sort: { date: 1 } }).toArray();
  const earlier = await rows
    .find({ tokenId, date: { $lt: from } }, { session, sort: { date: -1 }, limit: 1 })
    .toArray();
  return {
    before: earlier[0] as Stored<N> | undefined,
    rows: new Map(later.map((row) => [row.date, row as Stored<N>])),
  };
}

function datesOf(rows: ReadonlyMap<Day, unknown>, days: ReadonlyMap<Day, unknown>): Day[] {
  return [...new Set([...rows.keys(), ...days.keys()])].sort();
}

/** Puts rows where their `_id` says, new or not. */
async function replaceAll<N extends Daily | 'hourlyActivity'>(
  { session, collection }: Unit,
  name: N,
  rows: ReadonlyArray<Stored<N>>,
): Promise<void> {
  for (const chunk of inChunks(rows, 10_000)) {
    const writes = chunk.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $set: fields }, upsert: true },
    }));
    const target = collection(name) as unknown as mongo.Collection<{ _id: string }>;
    await target.bulkWrite(writes, { session, ordered: false });
  }
}

async function removeAll(
  { session, collection }: Unit,
  name: Daily | 'hourlyActivity',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const target = collection(name) as unknown as mongo.Collection<{ _id: string }>;
  await target.deleteMany({ _id: { $in: [...ids] } }, { session });
}
