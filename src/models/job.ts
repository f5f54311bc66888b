import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';

/** Work that must survive a crash: purging the rows of a deleted token. Leases are documents of the same kind. */
@modelOptions({ schemaOptions: { collection: 'jobs', versionKey: false }, options: { allowMixed: Severity.ERROR } })
@index({ kind: 1, createdAt: 1 }, { name: 'kind_createdAt' })
export class Job {
  /** `purge:<tokenId>`, `lease:<what>`, `usage:<provider>:<day>`, `round:<provider>`. */
  @prop({ type: () => String, required: true })
  _id!: string;

  @prop({ type: () => String, required: true })
  kind!: string;

  /** Empty for a lease. */
  @prop({ type: () => String, default: '' })
  tokenId!: string;

  @prop({ type: () => Date, required: true })
  createdAt!: Date;

  /** Process that holds a lease, and until when it does unless it renews; of a round, until when the next one is due. */
  @prop({ type: () => String })
  owner?: string;

  @prop({ type: () => Date })
  expiresAt?: Date;

  /** Grows each time a lease changes hands: what a process writes under a smaller one is refused. */
  @prop({ type: () => Number })
  fence?: number;

  /** Units that a provider was asked for on the day of a `usage:<provider>:<day>`. */
  @prop({ type: () => Number })
  used?: number;
}
