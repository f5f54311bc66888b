import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PaymentRule } from './payment-rule.js';
import { GraphQLAddress, GraphQLDateTime } from './scalars.js';
import { TokenTotals } from './token-totals.js';

/**
 * A token and the head of its data. Its epoch is raised in the transaction of every change of its rows, which makes all writers of one
 * token meet in this document. Deleting a token removes it; a purge job removes the rows.
 */
@ObjectType({ description: 'An ERC-20 token. Amounts of all its fields are in tokens, not base units.' })
@modelOptions({ schemaOptions: { collection: 'tokens', versionKey: false }, options: { allowMixed: Severity.ERROR } })
@index({ symbol: 1, contractAddress: 1 }, { name: 'symbol_contractAddress' })
@index({ symbol: 1 }, { unique: true, name: 'symbol' })
@index({ name: 1 }, { unique: true, name: 'name' })
@index({ contractAddress: 1 }, { unique: true, name: 'contractAddress' })
@index({ symbolKey: 1 }, { name: 'symbolKey' })
export class Token {
  /** 24 hex digits, never used again. */
  @prop({ type: () => String, required: true })
  _id!: string;

  @Field(() => ID, { description: 'Never used again, also after the token is deleted.' })
  get id(): string {
    return this._id;
  }

  @Field(() => String, { description: 'Unique among the living tokens.' })
  @prop({ type: () => String, required: true })
  name!: string;

  @Field(() => String, { description: 'As given; found in any case. Unique among the living tokens.' })
  @prop({ type: () => String, required: true })
  symbol!: string;

  /** Symbol in lower case, for look-ups in any case. */
  @prop({ type: () => String, required: true })
  symbolKey!: string;

  @Field(() => GraphQLAddress, { description: 'Contract of the token.' })
  @prop({ type: () => String, required: true })
  contractAddress!: string;

  @Field(() => Int, { description: 'EIP-155 chain id; 1135 is Lisk.' })
  @prop({ type: () => Number, required: true, default: 1135 })
  chainId!: number;

  @Field(() => Int, { description: 'One token is 10^decimals base units.' })
  @prop({ type: () => Number, required: true, default: 18 })
  decimals!: number;

  /** True when the source did not say how many decimals there are. */
  @prop({ type: () => Boolean, default: false })
  decimalsAssumed!: boolean;

  @Field(() => Boolean, { description: 'False hides the token from dashboards; its data stays.' })
  @prop({ type: () => Boolean, required: true, default: true })
  isActive!: boolean;

  @Field(() => PaymentRule, { description: 'Which transfers weeklyPayments counts.' })
  @prop({ type: () => PaymentRule, required: true, _id: false })
  paymentRule!: PaymentRule;

  @Field(() => GraphQLDateTime, { description: 'When the token was added here.' })
  @prop({ type: () => Date, required: true })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the epoch last rose.' })
  @prop({ type: () => Date, required: true })
  updatedAt!: Date;

  /** Grows by one with every committed change of the token's data. */
  @prop({ type: () => Number, required: true, default: 1 })
  epoch!: number;

  /** Newest block taken in. */
  @prop({ type: () => Number, default: null })
  asOfBlock!: number | null;

  /** Time of the newest block (chain) or transfer row (files) taken in: the end of every window. */
  @prop({ type: () => Date, default: null })
  asOfTime!: Date | null;

  @prop({ type: () => Number, default: null })
  finalizedBlock!: number | null;

  /** Where its transfers come from: file, demo, rpc or moralis; null before the first. */
  @prop({ type: () => String, default: null })
  source!: string | null;

  /** State before this block came as opening balances; earlier transfers are refused. */
  @prop({ type: () => Number, default: null })
  openingBlock!: number | null;

  /** True where the opening balances were not confirmed at their block, or, without an openingBlock, where they are missing; absent is as false. */
  @prop({ type: () => Boolean })
  openingsApproximate?: boolean;

  /** First block that is read of a chain; absent: the creation of the contract. */
  @prop({ type: () => Number })
  fromBlock?: number;

  /** Where its prices come from: `feed:0x..` or `pool:0x..:0x..`; absent: nowhere, or a file. */
  @prop({ type: () => String })
  priceSource?: string;

  /**
   * True while no stored transfer of a later block has an earlier time, as on a real chain: windows of times are then windows of blocks.
   * A hint for reads, not data: false is always right, and absent is as false.
   */
  @prop({ type: () => Boolean })
  timesInOrder?: boolean;

  /**
   * Number of the newest lease under which the token was fed; a batch with a smaller one comes from a process that was overtaken. Absent is 0.
   * Neither data nor shown anywhere.
   */
  @prop({ type: () => Number })
  fence?: number;

  /** Sums over all rows of the token, kept in the transaction of the rows. */
  @prop({ type: () => TokenTotals, required: true, _id: false })
  totals!: TokenTotals;
}
