/** What Moralis charges for its operations: compute units of the day's budget, and of the rate per second. */
export const operationCosts = {
  transfers: { price: 50, rate: 20 },
  owners: { price: 50, rate: 20 },
  holders: { price: 50, rate: 20 },
  metadata: { price: 10, rate: 20 },
  price: { price: 50, rate: 20 },
  prices: { price: 100, rate: 20 },
  ohlcv: { price: 150, rate: 20 },
  pairs: { price: 50, rate: 20 },
  dateToBlock: { price: 1, rate: 20 },
  latestBlockNumber: { price: 10, rate: 10 },
  block: { price: 100, rate: 20 },
} as const satisfies Record<string, { price: number; rate: number }>;

/** Name of an operation. */
export type Operation = keyof typeof operationCosts;
