import type { PaymentRule } from '../../src/models/payment-rule.js';
import { average, decimal, share } from './oracle-arithmetic.js';
import { priceRowsOf } from './oracle-prices.js';
import { project } from './oracle-projection.js';

/** An event as a test writes it down. */
export interface LedgerTransfer {
  readonly block: number;
  readonly log: number;
  readonly time: number;
  readonly hash: string | null;
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  readonly success: boolean;
  readonly methodId: string | null;
}

/** Everything that is known of one token. */
export interface Ledger {
  readonly decimals: number;
  readonly transfers: readonly LedgerTransfer[];
  readonly prices: ReadonlyArray<{ readonly time: number; readonly price: string; readonly volume: string }>;
  readonly openings: ReadonlyMap<string, bigint>;
  readonly paymentRule: PaymentRule;
  /** How far a chain was read; without it the newest row says so. */
  readonly asOf?: { readonly block: number; readonly time: number } | undefined;
  /** totalSupply by the chain itself, which need not be what was minted and not burnt. */
  readonly chainSupply?: bigint;
}

type Window = { period?: string | null; from?: string | null; to?: string | null };

const zero = `0x${'0'.repeat(40)}`;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
const hour = (time: number): string => new Date(time).toISOString().slice(0, 13);
const week = (time: number): string => day(time - ((new Date(time).getUTCDay() + 6) % 7) * DAY);
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
const wallets = (rows: readonly LedgerTransfer[]) =>
  new Set(rows.flatMap(({ from, to }) => [from, to]).filter((a) => a !== zero));
const isMint = ({ from }: LedgerTransfer): boolean => from === zero;
const isBurn = ({ from, to }: LedgerTransfer): boolean => from !== zero && to === zero;
const periods: Record<string, number> = { LAST_7_DAYS: 7, LAST_30_DAYS: 30, LAST_90_DAYS: 90 };

/**
 * Every number of a token, computed from the plain list of its transfers in the most simple-minded way: no rollups, no indexes, every
 * figure from the whole list anew. What the gateway answers has to be equal to the last digit.
 */
export function createOracle(ledger: Ledger) {
  const { decimals, transfers, prices, openings, paymentRule, asOf } = ledger;
  const good = transfers.filter(({ success }) => success).sort((a, b) => a.block - b.block || a.log - b.log);
  const times = [...transfers.map(({ time }) => time), ...(asOf ? [asOf.time] : [])];
  const asOfTime = times.length === 0 ? null : Math.max(...times);
  const firstTime = good.length === 0 ? null : Math.min(...good.map(({ time }) => time));
  const amountOf = (rows: readonly LedgerTransfer[]): bigint => total(rows.map(({ value }) => value));
  const show = (units: bigint): string => decimal(units, decimals);
  const opened = [...openings].filter(([address, balance]) => address !== zero && balance > 0n);
  const supply =
    ledger.chainSupply ??
    total(opened.map(([, balance]) => balance)) + amountOf(good.filter(isMint)) - amountOf(good.filter(isBurn));

  const balances = new Map(opened);
  for (const { from, to, value } of good) {
    if (from !== zero) balances.set(from, (balances.get(from) ?? 0n) - value);
    if (to !== zero) balances.set(to, (balances.get(to) ?? 0n) + value);
  }
  const holders = [...balances]
    .filter(([, balance]) => balance > 0n)
    .sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x > y ? -1 : 1));

  const firstSeen = new Map<string, number>();
  const lastActive = new Map<string, number>();
  for (const { from, to, time } of good) {
    for (const address of new Set([from, to])) {
      firstSeen.set(address, Math.min(firstSeen.get(address) ?? time, time));
      lastActive.set(address, Math.max(lastActive.get(address) ?? time, time));
    }
  }
  const known = new Set(opened.map(([address]) => address));
  const isNew = (address: string): boolean => address !== zero && !known.has(address);
  const newBetween = (from: string, to: string): number =>
    [...firstSeen].filter(([address, time]) => isNew(address) && day(time) >= from && day(time) <= to).length;

  /** Names of the buckets from the first data to asOfTime. */
  const buckets = (name: (time: number) => string, step: number): string[] => {
    const names: string[] = [];
    if (firstTime === null || asOfTime === null) return names;
    for (let time = firstTime; name(time) <= name(asOfTime); time += step) names.push(name(time));
    return [...new Set(names)];
  };
  const lastDay = asOfTime === null ? '' : day(asOfTime);
  const firstOf = ({ period, from, to }: Window, days: number): string => {
    if (from || to) return from ?? '';
    return asOfTime === null ? '' : day(asOfTime - ((periods[period ?? ''] ?? days) - 1) * DAY);
  };
  const inWindow = (window: Window, days: number) => (date: string) =>
    date >= firstOf(window, days) && date <= (window.to ?? '9999');

  const dailyMetrics = (window: Window) =>
    buckets(day, DAY)
      .filter(inWindow(window, 30))
      .map((date) => {
        const rows = good.filter(({ time }) => day(time) === date);
        const until = good.filter(({ time }) => day(time) <= date);
        return {
          date,
          cumulativeTxCount: until.length,
          cumulativeTxAmount: show(amountOf(until)),
          dailyTxCount: rows.length,
          dailyTxAmount: show(amountOf(rows)),
          distinctTransactionCount: new Set(rows.map(({ hash }) => hash).filter((hash) => hash !== null)).size,
          mintCount: rows.filter(isMint).length,
          mintAmount: show(amountOf(rows.filter(isMint))),
          burnCount: rows.filter(isBurn).length,
          burnAmount: show(amountOf(rows.filter(isBurn))),
          filled: rows.length === 0,
          partial: date === lastDay,
        };
      });

  const uniqueWallets = (window: Window) =>
    buckets(day, DAY)
      .filter(inWindow(window, 30))
      .map((date) => {
        const rows = good.filter(({ time }) => day(time) === date);
        return {
          date,
          uniqueWalletCount: wallets(rows).size,
          newWallets: newBetween(date, date),
          activeWallets: new Set(rows.map(({ from }) => from).filter((a) => a !== zero)).size,
          cumulativeWallets: opened.length + newBetween('', date),
          filled: wallets(rows).size === 0,
          partial: date === lastDay,
        };
      });

  const hourlyActivity = (window: Window) => {
    const byHour = new Map<string, LedgerTransfer[]>();
    for (const row of good) byHour.set(hour(row.time), [...(byHour.get(hour(row.time)) ?? []), row]);
    return buckets(hour, HOUR)
      .filter((name) => inWindow(window, 7)(name.slice(0, 10)))
      .map((name) => {
        const rows = byHour.get(name) ?? [];
        return {
          date: name.slice(0, 10),
          hour: Number(name.slice(11)),
          transactionCount: rows.length,
          totalVolume: show(amountOf(rows)),
          uniqueWallets: wallets(rows).size,
          filled: rows.length === 0,
          partial: name === hour(asOfTime ?? 0),
        };
      });
  };

  const isPayment = (row: LedgerTransfer): boolean => {
    if (paymentRule.kind === 'FROM') return paymentRule.addresses.includes(row.from);
    if (paymentRule.kind === 'METHODS') return row.methodId !== null && paymentRule.selectors.includes(row.methodId);
    return !isMint(row) && !isBurn(row);
  };
  const weeks = (count: number) =>
    buckets(week, 7 * DAY)
      .slice(-count)
      .map((name) => {
        const rows = good.filter((row) => week(row.time) === name && !isMint(row) && !isBurn(row) && isPayment(row));
        return { name, count: rows.length, amount: amountOf(rows), partial: name === week(asOfTime ?? 0) };
      });
  const weeklyPayments = ({ weeks: count = 12 }: { weeks?: number | null }) =>
    weeks(count ?? 12).map(({ name, count: payments, amount, partial }) => ({
      weekStartDate: name,
      totalPaymentsAmount: show(amount),
      paymentCount: payments,
      averagePayment: payments === 0 ? '0' : average(amount, payments, decimals),
      filled: payments === 0,
      partial,
    }));
  const paymentProjections = ({ weeks: count = 4 }: { weeks?: number | null }) => {
    const complete = weeks(12).filter(({ partial }) => !partial);
    const start = Date.parse(complete.at(-1)?.name ?? '');
    return project(
      complete.map(({ amount }) => amount),
      count ?? 4,
    ).map(({ expected, lower, upper }, i) => ({
      weekStartDate: day(start + (i + 1) * 7 * DAY),
      expectedAmount: show(expected),
      lowerBound: show(lower),
      upperBound: show(upper),
    }));
  };

  const priceRows = () => priceRowsOf({ prices, supply, decimals });
  const priceData = ({ period, from, to }: Window) => {
    if (from || to)
      return priceRows().filter((row) => row.timestamp >= (from ?? '') && row.timestamp <= (to ?? '9999'));
    const first = firstOf({ period: period ?? null }, 30);
    if (asOfTime === null) return [];
    return priceRows().filter(({ timestamp }) => timestamp.slice(0, 10) >= first && timestamp.slice(0, 10) <= lastDay);
  };

  const holderList = ({ limit = 10 }: { limit?: number | null }) =>
    holders.slice(0, limit ?? 10).map(([address, balance], i) => ({
      rank: i + 1,
      address,
      balance: show(balance),
      share: share(balance, supply),
      firstSeen: firstSeen.has(address) ? new Date(firstSeen.get(address) ?? 0).toISOString() : null,
      lastActive: lastActive.has(address) ? new Date(lastActive.get(address) ?? 0).toISOString() : null,
    }));

  return {
    ledger,
    good,
    asOfTime,
    firstTime,
    supply,
    balances,
    holders,
    opened,
    firstSeen,
    lastActive,
    lastDay,
    isNew,
    newBetween,
    amountOf,
    show,
    wallets,
    day,
    isMint,
    isBurn,
    dailyMetrics,
    uniqueWallets,
    hourlyActivity,
    weeklyPayments,
    paymentProjections,
    priceData,
    latestPrice: () => priceRows().at(-1) ?? null,
    holderList,
  };
}

/** The numbers of one ledger. */
export type Oracle = ReturnType<typeof createOracle>;
