import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ObjectType } from 'type-graphql';
import { GraphQLDateTime, GraphQLDecimal } from './scalars.js';

/** A price point. Stored prices and volumes are plain decimals in USD. */
@ObjectType({ description: 'Price of one token in USD at an instant.' })
@modelOptions({
  schemaOptions: { collection: 'tokenPriceData', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, timestamp: 1 }, { unique: true, name: 'tokenId_timestamp' })
@index({ tokenId: 1, blockNumber: 1 }, { name: 'tokenId_block' })
export class TokenPriceData {
  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDateTime)
  @prop({ type: () => Date, required: true })
  timestamp!: Date;

  @Field(() => GraphQLDecimal, { description: 'USD for one token, rounded to 8 places when stored.' })
  @prop({ type: () => String, required: true })
  price!: string;

  @Field(() => GraphQLDecimal, { description: 'USD since the previous row, as given.' })
  @prop({ type: () => String, required: true, default: '0' })
  volume!: string;

  /** Block that the price comes from, while it may be replaced: a reorg takes the price with it. Absent for files and providers. */
  @prop({ type: () => Number })
  blockNumber?: number;

  @Field(() => GraphQLDecimal, { description: "Price x today's totalSupply, in USD, exact." })
  marketCap!: string;

  @Field(() => GraphQLDecimal, {
    nullable: true,
    description: 'Percent against the newest price at least 24 h older, 4 places; null where there is none.',
  })
  change24h!: string | null;
}
