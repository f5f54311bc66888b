import { dailyMetrics } from './daily-metrics.js';
import { holderDistribution } from './holder-distribution.js';
import { holders } from './holders.js';
import { hourlyActivity } from './hourly-activity.js';
import { latestPrice } from './latest-price.js';
import { metrics } from './metrics.js';
import { paymentProjections } from './payment-projections.js';
import { priceData } from './price-data.js';
import type { AnyRelation } from './relation.js';
import { transactionActivity } from './transaction-activity.js';
import { transactionActivityCount } from './transaction-activity-count.js';
import { uniqueWallets } from './unique-wallets.js';
import { weeklyPayments } from './weekly-payments.js';

/** The analytics fields of Token, in the order of the schema. Adding one: a file that exports a relation, and its name here. */
export const relations: readonly AnyRelation[] = [
  dailyMetrics,
  uniqueWallets,
  weeklyPayments,
  paymentProjections,
  priceData,
  latestPrice,
  transactionActivity,
  hourlyActivity,
  holders,
  holderDistribution,
  metrics,
];

/** Read by the same loaders and the same rules, but no fields of Token: parts of answers that are read only when they are asked. */
export const innerRelations: readonly AnyRelation[] = [transactionActivityCount];
