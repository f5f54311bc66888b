import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { TransferKind } from './enums.js';
import { GraphQLAddress, GraphQLBigInt, GraphQLDateTime, GraphQLDecimal, GraphQLHash } from './scalars.js';

/** One ERC-20 Transfer event; identity is token, block number, log index. The rows that everything else is computed from. */
@ObjectType({ description: 'One ERC-20 Transfer event.' })
@modelOptions({
  schemaOptions: { collection: 'transactionActivity', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, blockNumber: 1, logIndex: 1 }, { unique: true, name: 'identity' })
@index({ tokenId: 1, timestamp: 1, blockNumber: 1, logIndex: 1 }, { name: 'tokenId_time_position' })
@index({ tokenId: 1, kind: 1, blockNumber: 1, logIndex: 1 }, { name: 'tokenId_kind_position' })
@index({ tokenId: 1, fromAddress: 1, blockNumber: 1, logIndex: 1 }, { name: 'tokenId_from_position' })
@index({ tokenId: 1, toAddress: 1, blockNumber: 1, logIndex: 1 }, { name: 'tokenId_to_position' })
export class TransactionActivity {
  /** See transferId. */
  @prop({ type: () => String, required: true })
  _id!: string;

  @Field(() => ID, { description: 'Stable: token, block number and log index.' })
  get id(): string {
    return this._id;
  }

  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of the block.' })
  @prop({ type: () => Date, required: true })
  timestamp!: Date;

  @Field(() => GraphQLHash, { nullable: true })
  @prop({ type: () => String, default: null })
  transactionHash!: string | null;

  @Field(() => Int, { nullable: true, description: 'Position in the block, over all contracts.' })
  @prop({ type: () => Number, required: true })
  logIndex!: number;

  @Field(() => GraphQLBigInt, { nullable: true })
  @prop({ type: () => Number, required: true })
  blockNumber!: number;

  @prop({ type: () => String, default: null })
  blockHash!: string | null;

  @prop({ type: () => Number, default: null })
  transactionIndex!: number | null;

  @Field(() => GraphQLAddress)
  @prop({ type: () => String, required: true })
  fromAddress!: string;

  @Field(() => GraphQLAddress)
  @prop({ type: () => String, required: true })
  toAddress!: string;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  amount!: string;

  @Field(() => TransferKind)
  @prop({ type: () => String, required: true, enum: Object.values(TransferKind) })
  kind!: TransferKind;

  @Field(() => GraphQLBigInt, { description: '0 where unknown.' })
  @prop({ type: () => String, default: '0' })
  gasUsed!: string;

  @Field(() => GraphQLBigInt, { description: 'In wei, 0 where unknown.' })
  @prop({ type: () => String, default: '0' })
  gasPrice!: string;

  @Field(() => Boolean, { description: 'A failed row is shown and counts in no metric and no balance.' })
  @prop({ type: () => Boolean, required: true, default: true })
  isSuccess!: boolean;

  /** First 4 bytes of the input of its transaction, 0x and 8 hex digits; null where unknown. */
  @prop({ type: () => String, default: null })
  methodId!: string | null;
}

/** `_id` of a transfer: its identity as text whose order is the order of transfers of one token. */
export function transferId({
  tokenId,
  blockNumber,
  logIndex,
}: Pick<TransactionActivity, 'tokenId' | 'blockNumber' | 'logIndex'>): string {
  return `${tokenId}:${String(blockNumber).padStart(12, '0')}:${String(logIndex).padStart(7, '0')}`;
}
