import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, Int, ObjectType } from 'type-graphql';
import { GraphQLAddress, GraphQLDateTime, GraphQLDecimal } from './scalars.js';

/** An address with its balance: opening + received - sent over successful transfers. One row per address ever seen, the zero address excluded. */
@ObjectType({ description: 'An address with a balance above 0.' })
@modelOptions({ schemaOptions: { collection: 'holders', versionKey: false }, options: { allowMixed: Severity.ERROR } })
@index({ tokenId: 1, address: 1 }, { unique: true, name: 'tokenId_address' })
@index({ tokenId: 1, balance: -1, address: 1 }, { name: 'tokenId_balance_address' })
@index({ tokenId: 1, lastActive: 1 }, { name: 'tokenId_lastActive' })
export class Holder {
  /** `tokenId:address`. */
  @prop({ type: () => String, required: true })
  _id!: string;

  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => Int, { description: 'By balance falling, then address rising; counts from 1.' })
  rank!: number;

  @Field(() => GraphQLAddress)
  @prop({ type: () => String, required: true })
  address!: string;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  balance!: string;

  /** Balance before the opening block; null where none was given (0 is as if absent). */
  @prop({ type: () => String, default: null })
  openingBalance!: string | null;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply, 6 decimals.' })
  share!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'First known successful transfer.' })
  @prop({ type: () => Date, default: null })
  firstSeen!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Last known successful transfer.' })
  @prop({ type: () => Date, default: null })
  lastActive!: Date | null;
}

/** `_id` of a holder row. */
export function holderId({ tokenId, address }: Pick<Holder, 'tokenId' | 'address'>): string {
  return `${tokenId}:${address}`;
}
