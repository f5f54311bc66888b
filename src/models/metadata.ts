import { modelOptions, prop, Severity } from '@typegoose/typegoose';

/** Gateways of this database share epochs in a Redis. The largest lives that any of them was started with. */
@modelOptions({ schemaOptions: { _id: false } })
export class SharedStore {
  /** Life of an epoch key, and of a reader's lease on an absent one. */
  @prop({ type: () => Number, required: true })
  lifeMs!: number;

  @prop({ type: () => Number, required: true })
  leaseMs!: number;

  /** When the last of them started. */
  @prop({ type: () => Date, required: true })
  seenAt!: Date;
}

/** What belongs to the whole database: who it is, its format, and the catalogue epoch. One document, `_id: 'database'`. */
@modelOptions({ schemaOptions: { collection: 'metadata', versionKey: false }, options: { allowMixed: Severity.ERROR } })
export class Metadata {
  @prop({ type: () => String, required: true })
  _id!: string;

  /** Random; in the namespace of every cache key, so that a restored or wiped database never meets old entries. */
  @prop({ type: () => String, required: true })
  databaseId!: string;

  @prop({ type: () => Number, required: true })
  formatVersion!: number;

  /** Rises when tokens are created, deleted, renamed or (de)activated. */
  @prop({ type: () => Number, required: true })
  catalogueEpoch!: number;

  /** What the tokens of the demo database are: true only there. */
  @prop({ type: () => Boolean, default: false })
  demo!: boolean;

  /** Absent until a gateway with REDIS_URL was started: a writer that cannot publish there waits until every older epoch key is dead. */
  @prop({ type: () => SharedStore })
  sharedStore?: SharedStore;
}

/** Format of the stored rows that this program writes; `cli migrate` raises older ones, newer ones are refused. */
export const formatVersion = 1;
