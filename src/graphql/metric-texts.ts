/** What is said about one number: its text, its unit, and whether mints and burns count in it (null where that has no meaning). */
export interface MetricText {
  readonly text: string;
  readonly unit: string;
  readonly mintsAndBurns: boolean | null;
}

/** The text of every number below Token, by path. A test proves that each path exists and that no number is without one. */
export const metricTexts: ReadonlyMap<string, MetricText> = new Map([
  ...texts('', null, {
    totalSupply: [
      'tokens',
      "The chain's own answer where a chain is connected and caught up, else opening balances + mints - burns.",
    ],
    holderCount: ['addresses', 'Addresses with a balance above 0, the zero address excluded.'],
  }),
  ...texts('dailyMetrics', true, {
    cumulativeTxCount: ['transfers', 'Successful transfers from the first known one to the end of the day.'],
    cumulativeTxAmount: [
      'tokens',
      'Amount of all successful transfers from the first known one to the end of the day.',
    ],
    dailyTxCount: ['transfers', 'Successful transfers of the day.'],
    dailyTxAmount: ['tokens', 'Amount of the successful transfers of the day.'],
    distinctTransactionCount: [
      'transactions',
      'Different transaction hashes among the successful transfers of the day.',
    ],
    mintCount: ['transfers', 'Successful transfers of the day from the zero address.'],
    mintAmount: ['tokens', 'Amount minted on the day.'],
    burnCount: ['transfers', 'Successful transfers of the day to the zero address only.'],
    burnAmount: ['tokens', 'Amount burned on the day.'],
  }),
  ...texts('uniqueWallets', true, {
    uniqueWalletCount: [
      'wallets',
      'Different senders and receivers of successful transfers of the day, the zero address excluded.',
    ],
    newWallets: [
      'wallets',
      'Wallets whose first known successful transfer lies in the day, those with an opening balance excluded.',
    ],
    activeWallets: ['wallets', 'Different senders of successful transfers of the day, the zero address excluded.'],
    cumulativeWallets: ['wallets', 'Running sum of newWallets plus the wallets with an opening balance.'],
  }),
  ...texts('hourlyActivity', true, {
    hour: ['hour', 'Hour of the day, 0 to 23.'],
    transactionCount: ['transfers', 'Successful transfers (not transactions) of the hour.'],
    totalVolume: ['tokens', 'Amount of the successful transfers of the hour.'],
    uniqueWallets: ['wallets', 'Different senders and receivers of the hour, the zero address excluded.'],
  }),
  ...texts('weeklyPayments', false, {
    totalPaymentsAmount: ['tokens', "Amount of the week's transfers that the token's payment rule counts as payments."],
    paymentCount: ['transfers', "Transfers of the week that the token's payment rule counts as payments."],
    averagePayment: [
      'tokens',
      "Amount / count, rounded half away from zero to the token's decimals; 0 without payments.",
    ],
  }),
  ...texts('paymentProjections', false, {
    expectedAmount: ['tokens', 'Least-squares line through the complete ones of the last 12 weeks, clipped at 0.'],
    lowerBound: ['tokens', "Lower end of the 95 % prediction interval (Student's t), clipped at 0."],
    upperBound: ['tokens', "Upper end of the 95 % prediction interval (Student's t), clipped at 0."],
  }),
  ...prices('priceData'),
  ...prices('latestPrice'),
  ...texts('transactionActivity', true, {
    totalCount: ['transfers', 'Transfers that the filters leave, failed ones included.'],
    'nodes.logIndex': ['position', 'Position of the event in its block, over all contracts.'],
    'nodes.blockNumber': ['block', 'Number of the block.'],
    'nodes.amount': ['tokens', 'Amount of the transfer.'],
    'nodes.gasUsed': ['gas', 'Gas that its transaction used; 0 where unknown.'],
    'nodes.gasPrice': ['wei', 'Price of a unit of gas of its transaction; 0 where unknown.'],
  }),
  ...texts('holders', true, {
    rank: ['rank', 'Place by balance falling, then address rising; counts from 1.'],
    balance: ['tokens', 'Opening balance + received - sent over successful transfers.'],
    share: ['percent', 'Balance / totalSupply, 6 places.'],
  }),
  ...texts('holderDistribution', true, {
    holderCount: ['addresses', 'Addresses with a balance above 0.'],
    negativeBalanceCount: ['addresses', 'Addresses whose balance came out below 0: data is missing.'],
    ...Object.fromEntries(
      [10, 25, 50, 100, 250, 500].map((n): [string, Entry] => [
        `top${n}Share`,
        ['percent', `Summed balances of the ${n} largest holders / totalSupply, rounded once to 6 places.`],
      ]),
    ),
    'bands.minShare': [
      'percent',
      'Least exact share of totalSupply in the band, inclusive; above it for the lowest band.',
    ],
    'bands.maxShare': ['percent', 'Share of totalSupply above the band, exclusive; null for the top band.'],
    'bands.holderCount': ['addresses', 'Holders whose exact share lies in the band.'],
    'bands.balance': ['tokens', 'Sum of their balances.'],
  }),
  ...texts('metrics', true, {
    'growth.txCount': ['transfers', 'Successful transfers in the period.'],
    'growth.previousTxCount': ['transfers', 'Successful transfers in the same number of days directly before.'],
    'growth.txCountChange': ['percent', 'Change from previousTxCount to txCount, 4 places; null from 0.'],
    'growth.newWallets': ['wallets', 'Wallets whose first known successful transfer lies in the period.'],
    'growth.cumulativeWallets': ['wallets', 'cumulativeWallets at the end of the period.'],
    'growth.cumulativeTxCount': ['transfers', 'cumulativeTxCount at the end of the period.'],
    'volume.total': ['tokens', 'Amount of the successful transfers in the period.'],
    'volume.previousTotal': ['tokens', 'The same for the same number of days directly before.'],
    'volume.totalChange': ['percent', 'Change from previousTotal to total, 4 places; null from 0.'],
    'volume.dailyAverage': [
      'tokens',
      "total / days of the period, rounded half away from zero to the token's decimals.",
    ],
    'volume.largestDayAmount': [
      'tokens',
      'Amount of the day with the largest amount, the earlier of equals; 0 when total is 0.',
    ],
    'activity.uniqueWallets': ['wallets', 'Different wallets in the whole period, not the sum of its days.'],
    'activity.averageDailyWallets': [
      'wallets',
      'Mean of the daily unique counts over the days of the period, 2 places.',
    ],
    'activity.averageDailyTxCount': ['transfers', 'Mean of the daily transfers over the days of the period, 2 places.'],
    'activity.busiestHour': [
      'hour',
      'Hour of the day (UTC) with most transfers over the period, the earlier of equals; null without transfers.',
    ],
    'activity.busiestHourTxCount': ['transfers', 'Transfers of that hour of the day over the period.'],
  }),
]);

type Entry = readonly [unit: string, text: string];

function prices(relation: string): Array<[string, MetricText]> {
  return texts(relation, null, {
    price: ['USD', 'Price of one token, rounded to 8 places when stored.'],
    volume: ['USD', 'Volume since the previous row, as given by the source.'],
    marketCap: ['USD', "Stored price x today's totalSupply, exact."],
    change24h: [
      'percent',
      'Change against the newest price that is at least 24 h older, 4 places; null where there is none.',
    ],
  });
}

function texts(
  relation: string,
  mintsAndBurns: boolean | null,
  entries: Record<string, Entry>,
): Array<[string, MetricText]> {
  return Object.entries(entries).map(([path, [unit, text]]) => [
    relation === '' ? path : `${relation}.${path}`,
    { text, unit, mintsAndBurns },
  ]);
}
