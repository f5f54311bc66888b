import { divideRounded, formatQuotient, formatUnits, percentChange } from '../models/amount.js';
import type { ActivityMetrics, GrowthMetrics, VolumeMetrics } from '../models/token-metrics.js';
import type { DayFacts, MetricFacts } from './read-metrics.js';

type Facts = Omit<MetricFacts, 'window'> & { readonly days: number };

/** How use grew. */
export function growthOf({ token, current, previous, wallets, cumulativeWallets }: Facts): GrowthMetrics {
  const txCount = countOf(current);
  const previousTxCount = countOf(previous);
  return {
    txCount,
    previousTxCount,
    txCountChange: percentChange(BigInt(previousTxCount), BigInt(txCount)),
    newWallets: wallets.reduce((sum, { newWallets }) => sum + newWallets, 0),
    cumulativeWallets,
    cumulativeTxCount: token.totals.txCount,
  };
}

/** What amounts moved. */
export function volumeOf({ token: { decimals }, days, current, previous }: Facts): VolumeMetrics {
  const total = amountOf(current);
  const previousTotal = amountOf(previous);
  // The first of equals stays: days rise.
  const largest = current.reduce<DayFacts | null>(
    (best, day) => (day.amount > (best?.amount ?? 0n) ? day : best),
    null,
  );
  return {
    total: formatUnits(total, decimals),
    previousTotal: formatUnits(previousTotal, decimals),
    totalChange: percentChange(previousTotal, total),
    dailyAverage: formatUnits(divideRounded(total, BigInt(days)), decimals),
    largestDay: largest?.date ?? null,
    largestDayAmount: formatUnits(largest?.amount ?? 0n, decimals),
  };
}

/** How much was going on. */
export function activityOf({ days, current, wallets, windowWallets, hours }: Facts): ActivityMetrics {
  const dailyWallets = wallets.reduce((sum, { uniqueWalletCount }) => sum + uniqueWalletCount, 0);
  const busiest = [...hours]
    .filter(([, count]) => count > 0)
    .sort(([hourA, a], [hourB, b]) => b - a || hourA - hourB)[0];
  return {
    uniqueWallets: windowWallets,
    averageDailyWallets: formatQuotient(BigInt(dailyWallets), BigInt(days), 2),
    averageDailyTxCount: formatQuotient(BigInt(countOf(current)), BigInt(days), 2),
    busiestHour: busiest?.[0] ?? null,
    busiestHourTxCount: busiest?.[1] ?? 0,
  };
}

const countOf = (days: readonly DayFacts[]): number => days.reduce((sum, { txCount }) => sum + txCount, 0);
const amountOf = (days: readonly DayFacts[]): bigint => days.reduce((sum, { amount }) => sum + amount, 0n);
