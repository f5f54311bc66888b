import { modelOptions, prop, Severity } from '@typegoose/typegoose';

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
}

/** Format of the stored rows that this program writes; `cli migrate` raises older ones, newer ones are refused. */
export const formatVersion = 1;
