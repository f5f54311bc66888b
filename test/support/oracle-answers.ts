import { decimal, mean, percent, round, share } from './oracle-arithmetic.js';
import type { LedgerTransfer, Oracle } from './oracle-numbers.js';

/** What the fields that are no series answer; the bands of holders are those of the configuration. */
export function metricsOf(oracle: Oracle, { type, period }: { type?: string | null; period?: string | null }) {
  const { good, asOfTime, amountOf, show, day } = oracle;
  const days = { LAST_7_DAYS: 7, LAST_30_DAYS: 30, LAST_90_DAYS: 90 }[period ?? 'LAST_30_DAYS'] ?? 0;
  const known = good.length > 0 && asOfTime !== null;
  const back = (count: number): string => day((asOfTime ?? 0) - count * 86_400_000);
  const window = Array.from({ length: days }, (_, i) => back(days - 1 - i));
  const before = Array.from({ length: days }, (_, i) => back(2 * days - 1 - i));
  const within = (list: readonly string[]) => good.filter(({ time }) => known && list.includes(day(time)));
  const rows = within(window);
  const previous = within(before);
  const byDay = window.map((date) => rows.filter(({ time }) => day(time) === date));
  const total = amountOf(rows);
  const largest = byDay.map(amountOf).reduce((a, b) => (b > a ? b : a), 0n);
  const hours = Array.from(
    { length: 24 },
    (_, h) => rows.filter(({ time }) => new Date(time).getUTCHours() === h).length,
  );
  const most = Math.max(...hours);
  const part = (name: string): boolean => !type || type === 'ALL' || type === name;
  return {
    period: period ?? 'LAST_30_DAYS',
    from: known ? (window[0] ?? null) : null,
    to: known ? (window.at(-1) ?? null) : null,
    growth: part('GROWTH')
      ? {
          txCount: rows.length,
          previousTxCount: previous.length,
          txCountChange: percent(BigInt(previous.length), BigInt(rows.length)),
          newWallets: known ? oracle.newBetween(window[0] ?? '', window.at(-1) ?? '') : 0,
          cumulativeWallets: oracle.opened.length + oracle.newBetween('', '9999'),
          cumulativeTxCount: good.length,
        }
      : null,
    volume: part('VOLUME')
      ? {
          total: show(total),
          previousTotal: show(amountOf(previous)),
          totalChange: percent(amountOf(previous), total),
          dailyAverage: show(round(total, BigInt(days))),
          largestDay: largest === 0n ? null : (window[byDay.findIndex((list) => amountOf(list) === largest)] ?? null),
          largestDayAmount: show(largest),
        }
      : null,
    activity: part('ACTIVITY')
      ? {
          uniqueWallets: oracle.wallets(rows).size,
          averageDailyWallets: mean(
            byDay.reduce((sum, list) => sum + oracle.wallets(list).size, 0),
            days,
          ),
          averageDailyTxCount: mean(rows.length, days),
          busiestHour: most === 0 ? null : hours.indexOf(most),
          busiestHourTxCount: most,
        }
      : null,
  };
}

/** Bands by exact share in hundredths of a percent, and the shares of the largest holders. */
export function distributionOf({ holders, balances, supply, show }: Oracle) {
  const sum = (list: ReadonlyArray<readonly [string, bigint]>): bigint => list.reduce((all, [, b]) => all + b, 0n);
  const top = (count: number): string => share(sum(holders.slice(0, count)), supply);
  const edges: Array<[name: string, min: bigint]> = [
    ['whale', 100n],
    ['large', 10n],
    ['medium', 1n],
    ['small', 0n],
  ];
  const bandOf = (balance: bigint): string =>
    supply <= 0n ? 'small' : (edges.find(([, min]) => balance * 10_000n >= min * supply)?.[0] ?? '');
  return {
    holderCount: holders.length,
    negativeBalanceCount: [...balances.values()].filter((balance) => balance < 0n).length,
    top10Share: top(10),
    top25Share: top(25),
    top50Share: top(50),
    top100Share: top(100),
    top250Share: top(250),
    top500Share: top(500),
    bands: edges.map(([name, min], i) => {
      const members = holders.filter(([, balance]) => bandOf(balance) === name);
      const above = edges[i - 1];
      return {
        name,
        minShare: decimal(min, 2),
        maxShare: above ? decimal(above[1], 2) : null,
        holderCount: members.length,
        balance: show(sum(members)),
      };
    }),
  };
}

/** Filter of a list of transfers. */
export interface TransferQuery {
  readonly address?: string | null;
  readonly kind?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** All transfers that a filter lets through, newest first, failed ones included. */
export function transfersOf(oracle: Oracle, { address, kind, from, to }: TransferQuery) {
  const kindOf = (row: LedgerTransfer): string =>
    oracle.isMint(row) ? 'MINT' : oracle.isBurn(row) ? 'BURN' : 'TRANSFER';
  return [...oracle.ledger.transfers]
    .filter((row) => !address || row.from === address || row.to === address)
    .filter((row) => !kind || kindOf(row) === kind)
    .filter((row) => (!from || row.time >= Date.parse(from)) && (!to || row.time <= Date.parse(to)))
    .sort((a, b) => b.block - a.block || b.log - a.log)
    .map((row) => ({
      timestamp: new Date(row.time).toISOString(),
      transactionHash: row.hash,
      logIndex: row.log,
      blockNumber: row.block,
      fromAddress: row.from,
      toAddress: row.to,
      amount: oracle.show(row.value),
      kind: kindOf(row),
      isSuccess: row.success,
    }));
}

/** What a relation answers for a token, without the token's id; null for no row of a single field. */
export function answerOf(oracle: Oracle, relation: string, given: object): unknown {
  const args: Record<string, unknown> = { ...given };
  const answers: Record<string, () => unknown> = {
    dailyMetrics: () => oracle.dailyMetrics(args),
    uniqueWallets: () => oracle.uniqueWallets(args),
    weeklyPayments: () => oracle.weeklyPayments(args),
    paymentProjections: () => oracle.paymentProjections(args),
    priceData: () => oracle.priceData(args),
    latestPrice: oracle.latestPrice,
    hourlyActivity: () => oracle.hourlyActivity(args),
    holders: () => oracle.holderList(args),
    holderDistribution: () => distributionOf(oracle),
    metrics: () => metricsOf(oracle, args),
    transactionActivityCount: () => ({ totalCount: transfersOf(oracle, args).length }),
    transactionActivity: () => transfersOf(oracle, args).slice(0, (args.first as number | undefined) ?? 50),
  };
  return answers[relation]?.();
}
