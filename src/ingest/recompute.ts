import type { Database } from '../database.js';
import { zeroAddress } from '../models/address.js';
import { decodeAmount, encodeAmount } from '../models/amount.js';
import type { Day } from '../models/calendar.js';
import { emptyTotals, type TokenTotals } from '../models/token-totals.js';
import { createDayNames } from './day-names.js';
import { DaySums } from './day-sums.js';
import { type HolderState, rowOf, unseen } from './holder-book.js';
import { holderEffects } from './holder-effects.js';
import { PaymentWeeks } from './payment-weeks.js';
import { paymentTest } from './payments.js';
import { createOrderCheck } from './time-order.js';
import { addTransfer } from './token-sums.js';
import { addTotals, countRow, freshTotals } from './totals.js';
import { collectionOf, type Stored } from './transaction.js';

/** Collections that follow from the stored transfers and opening balances. */
export type Derived = 'dailyCumulativeMetrics' | 'dailyUniqueWallets' | 'hourlyActivity' | 'weeklyPayments' | 'holders';

/** What the rows of a token must be. */
export interface Recomputed {
  readonly rows: { readonly [N in Derived]: ReadonlyMap<string, Stored<N>> };
  readonly totals: TokenTotals;
  readonly timesInOrder: boolean;
  /** Newest row by time, then block. */
  readonly newest: { readonly time: number; readonly blockNumber: number } | null;
}

/**
 * Computes everything about a token from its stored transfers and opening balances alone, in one scan in the order of time.
 * Only the sums of one day, the small series and the holders are in memory, not the transfers.
 */
export async function recompute(database: Pick<Database, 'connection'>, token: Stored<'tokens'>): Promise<Recomputed> {
  const tokenId = token._id;
  const holders = await readOpenings(database, tokenId);
  const series = createSeries(tokenId);
  const payments = new PaymentWeeks();
  const isPayment = paymentTest(token.paymentRule);
  const totals = freshTotals([]);
  const dayName = createDayNames();
  const order = createOrderCheck();

  const rows = collectionOf(database, 'transactionActivity').find(
    { tokenId },
    { sort: { timestamp: 1 }, projection: scannedFields, batchSize: 5_000 },
  );
  for await (const row of rows) {
    const units = decodeAmount(row.amount);
    countRow(totals, row, units);
    order.see(row);
    if (!row.isSuccess) continue;
    const time = row.timestamp.getTime();
    addTransfer(series.sumsOf(dayName(time)), row, units);
    if (isPayment(row)) payments.add(time, units);
    if (row.fromAddress !== zeroAddress) see(holders, row.fromAddress, -units, time);
    if (row.toAddress !== zeroAddress) see(holders, row.toAddress, units, time);
  }

  const states = [...holders.values()];
  const effects = holderEffects(states.map((after) => ({ before: unseen(after.address), after })));
  const daily = series.finish({ newWallets: effects.newWallets, openingWallets: effects.openingWallets });
  return {
    rows: {
      ...daily,
      weeklyPayments: byId(weekRows(tokenId, payments)),
      holders: byId(states.map((state) => rowOf(tokenId, state))),
    },
    totals: { ...addTotals(emptyTotals(), totals, effects), chainSupply: token.totals.chainSupply },
    timesInOrder: order.isInOrder(),
    newest: totals.newest,
  };
}

const scannedFields = {
  timestamp: 1,
  blockNumber: 1,
  transactionHash: 1,
  fromAddress: 1,
  toAddress: 1,
  amount: 1,
  kind: 1,
  methodId: 1,
  isSuccess: 1,
} as const;

async function readOpenings(database: Pick<Database, 'connection'>, tokenId: string) {
  const holders = new Map<string, HolderState>();
  const rows = collectionOf(database, 'holders').find(
    { tokenId, openingBalance: { $type: 'string' } },
    { projection: { address: 1, openingBalance: 1 }, batchSize: 10_000 },
  );
  for await (const { address, openingBalance } of rows) {
    const opening = decodeAmount(openingBalance ?? encodeAmount(0n));
    holders.set(address, { ...unseen(address), opening, balance: opening });
  }
  return holders;
}

function see(holders: Map<string, HolderState>, address: string, units: bigint, time: number): void {
  let state = holders.get(address);
  if (!state) {
    state = unseen(address);
    holders.set(address, state);
  }
  state.balance += units;
  state.firstSeen ??= time;
  state.lastActive = time;
}

/** Days in rising order: a day is turned into rows, and its sets let go, when the next one begins. */
function createSeries(tokenId: string) {
  const dailyCumulativeMetrics = new Map<string, Stored<'dailyCumulativeMetrics'>>();
  const dailyUniqueWallets = new Map<string, Stored<'dailyUniqueWallets'>>();
  const hourlyActivity = new Map<string, Stored<'hourlyActivity'>>();
  let open: { date: Day; sums: DaySums } | undefined;
  let cumulativeTxCount = 0;
  let cumulativeTxAmount = 0n;

  const flush = (): void => {
    if (!open) return;
    const { date, sums } = open;
    const _id = `${tokenId}:${date}`;
    cumulativeTxCount += sums.txCount;
    cumulativeTxAmount += sums.txAmount;
    const cumulative = { cumulativeTxCount, cumulativeTxAmount: encodeAmount(cumulativeTxAmount) };
    dailyCumulativeMetrics.set(_id, { _id, tokenId, date, ...sums.metrics(), ...cumulative });
    dailyUniqueWallets.set(_id, { _id, tokenId, date, ...sums.wallets(), newWallets: 0, cumulativeWallets: 0 });
    for (const row of sums.hourly({ tokenId, date })) hourlyActivity.set(row._id, row);
  };

  return {
    sumsOf: (date: Day): DaySums => {
      if (open?.date !== date) {
        flush();
        open = { date, sums: new DaySums() };
      }
      return open.sums;
    },
    finish: (wallets: { newWallets: ReadonlyMap<Day, number>; openingWallets: number }) => {
      flush();
      let cumulativeWallets = wallets.openingWallets;
      for (const row of dailyUniqueWallets.values()) {
        row.newWallets = wallets.newWallets.get(row.date) ?? 0;
        cumulativeWallets += row.newWallets;
        row.cumulativeWallets = cumulativeWallets;
      }
      return { dailyCumulativeMetrics, dailyUniqueWallets, hourlyActivity };
    },
  };
}

function weekRows(tokenId: string, payments: PaymentWeeks): Array<Stored<'weeklyPayments'>> {
  return [...payments.weeks].map(([week, { count, amount }]) => ({
    _id: `${tokenId}:${week}`,
    tokenId,
    weekStartDate: week,
    paymentCount: count,
    totalPaymentsAmount: encodeAmount(amount),
  })) as Array<Stored<'weeklyPayments'>>;
}

function byId<T extends { _id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row._id, row]));
}
