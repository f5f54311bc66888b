import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';

/** What a source is doing with a token, told by the process that feeds it: for status, in every process. */
@modelOptions({ schemaOptions: { _id: false }, options: { allowMixed: Severity.ERROR } })
export class FeedState {
  /** backfilling, live, failing or halted; of the audit: clean or differs. */
  @prop({ type: () => String, required: true })
  state!: string;

  /** Newest block of the source when it was last asked. */
  @prop({ type: () => Number, default: null })
  headBlock!: number | null;

  /** Code and sentence of what stands in the way; null while it goes on. */
  @prop({ type: () => String, default: null })
  lastError!: string | null;

  /** While backfilling. */
  @prop({ type: () => Number, default: null })
  rowsPerSecond!: number | null;

  @prop({ type: () => Number, default: null })
  secondsLeft!: number | null;
}

/** A block by number and, where the source gives it, hash. */
@modelOptions({ schemaOptions: { _id: false }, options: { allowMixed: Severity.ERROR } })
export class CheckpointBlock {
  @prop({ type: () => Number, required: true })
  blockNumber!: number;

  @prop({ type: () => String, default: null })
  blockHash!: string | null;
}

/** How far a source has been taken in, moved in the transaction of the rows. For a file, the rows of its sorted spool already committed. */
@modelOptions({
  schemaOptions: { collection: 'checkpoints', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1 }, { name: 'tokenId' })
export class Checkpoint {
  /** `tokenId:source`, for a file `tokenId:file:<sha-256 of its content>`. */
  @prop({ type: () => String, required: true })
  _id!: string;

  @prop({ type: () => String, required: true })
  tokenId!: string;

  @prop({ type: () => String, required: true })
  source!: string;

  /** null while nothing has been taken in. */
  @prop({ type: () => Number, default: null })
  blockNumber!: number | null;

  @prop({ type: () => String, default: null })
  blockHash!: string | null;

  @prop({ type: () => Number, default: null })
  logIndex!: number | null;

  /** Newest block that could no longer be replaced then: another hash of it later is a reorg too deep to undo. */
  @prop({ type: () => CheckpointBlock, _id: false })
  finalized?: CheckpointBlock | null;

  /** Written now and then beside the rows, so it may be some seconds old. */
  @prop({ type: () => FeedState, _id: false })
  feed?: FeedState;

  @prop({ type: () => Date, required: true })
  updatedAt!: Date;
}
