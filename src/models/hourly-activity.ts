import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, Int, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDate, GraphQLDecimal } from './scalars.js';

/** Successful transfers of a UTC hour. Stored only for hours with one. */
@ObjectType({ description: 'Successful transfers of a UTC hour.' })
@modelOptions({
  schemaOptions: { collection: 'hourlyActivity', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, date: 1, hour: 1 }, { unique: true, name: 'tokenId_date_hour' })
export class HourlyActivity {
  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDate)
  @prop({ type: () => String, required: true })
  date!: string;

  @Field(() => Int, { description: '0 to 23, UTC.' })
  @prop({ type: () => Number, required: true })
  hour!: number;

  @Field(() => GraphQLBigInt, { description: 'Transfers, not transactions; mints and burns included.' })
  @prop({ type: () => Number, required: true })
  transactionCount!: number;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  totalVolume!: string;

  @Field(() => GraphQLBigInt, {
    description: 'Different senders and receivers of the hour, the zero address excluded.',
  })
  @prop({ type: () => Number, required: true })
  uniqueWallets!: number;

  @Field(() => Boolean, {
    description: 'Nothing that the row counts happened in this hour: it was made to close the gap.',
  })
  filled!: boolean;

  @Field(() => Boolean, { description: 'The hour is not over at asOfTime.' })
  partial!: boolean;
}
