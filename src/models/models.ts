import { buildSchema, type ReturnModelType } from '@typegoose/typegoose';
import type { Connection, mongo } from 'mongoose';
import { Checkpoint } from './checkpoint.js';
import { DailyCumulativeMetrics } from './daily-cumulative-metrics.js';
import { DailyUniqueWallets } from './daily-unique-wallets.js';
import { Holder } from './holder.js';
import { HourlyActivity } from './hourly-activity.js';
import { Job } from './job.js';
import { Metadata } from './metadata.js';
import { Token } from './token.js';
import { TokenPriceData } from './token-price-data.js';
import { TransactionActivity } from './transaction-activity.js';
import { WeeklyPayments } from './weekly-payments.js';

const classes = {
  tokens: Token,
  dailyCumulativeMetrics: DailyCumulativeMetrics,
  dailyUniqueWallets: DailyUniqueWallets,
  weeklyPayments: WeeklyPayments,
  tokenPriceData: TokenPriceData,
  transactionActivity: TransactionActivity,
  hourlyActivity: HourlyActivity,
  holders: Holder,
  checkpoints: Checkpoint,
  metadata: Metadata,
  jobs: Job,
} as const;

type Classes = typeof classes;

/** Name of a collection; also the name of its model. */
export type CollectionName = keyof Classes;

/** A stored document as `.lean()` gives it, without what only GraphQL adds. */
export type Row<N extends CollectionName> = Omit<InstanceType<Classes[N]>, 'id'>;

/** The models of one connection, by collection name. */
export type Models = { readonly [N in CollectionName]: ReturnModelType<Classes[N]> };

/** Collections whose rows belong to one token and go with it. */
export const tokenCollections = [
  'dailyCumulativeMetrics',
  'dailyUniqueWallets',
  'weeklyPayments',
  'tokenPriceData',
  'transactionActivity',
  'hourlyActivity',
  'holders',
  'checkpoints',
] as const satisfies readonly CollectionName[];

/** Makes the models on a connection; no command is sent. */
export function buildModels(connection: Connection): Models {
  const entries = Object.entries(classes).map(([name, model]) => [
    name,
    // A filter on an unknown field would otherwise be dropped, and a filter without fields matches everything.
    connection.model(name, buildSchema(model as Classes[CollectionName], { schemaOptions: { strictQuery: 'throw' } })),
  ]);
  return Object.fromEntries(entries);
}

/** Creates missing collections and indexes, one command each: the explicit step at start. Dropping one is a migration's business. */
export async function createIndexes(models: Models): Promise<void> {
  await Promise.all(
    Object.values(models).map(async ({ schema, collection }: Indexed) => {
      const indexes = schema
        .indexes()
        .map(([key, { name = '', unique = false }]) => ({ key, name, ...(unique ? { unique } : {}) }));
      if (indexes.length > 0) await collection.createIndexes(indexes);
    }),
  );
}

/** The part of a model that tells its declared indexes and makes them. */
interface Indexed {
  readonly schema: {
    indexes(): Array<[mongo.IndexDescription['key'], Pick<mongo.IndexDescription, 'name' | 'unique'>]>;
  };
  readonly collection: { createIndexes(indexes: mongo.IndexDescription[]): Promise<string[]> };
}
