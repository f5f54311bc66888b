import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDate, GraphQLDecimal } from './scalars.js';

/** Transfers of a UTC day and running totals to its end. Stored only for days with a successful transfer; gaps are filled when read. */
@ObjectType({
  description: 'Successful transfers of a UTC day, mints and burns included, and running totals to its end.',
})
@modelOptions({
  schemaOptions: { collection: 'dailyCumulativeMetrics', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, date: 1 }, { unique: true, name: 'tokenId_date' })
export class DailyCumulativeMetrics {
  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDate)
  @prop({ type: () => String, required: true })
  date!: string;

  @Field(() => GraphQLBigInt, { description: 'From the first known transfer to the end of the day.' })
  @prop({ type: () => Number, required: true })
  cumulativeTxCount!: number;

  @Field(() => GraphQLDecimal, { description: 'In tokens, from the first known transfer to the end of the day.' })
  @prop({ type: () => String, required: true })
  cumulativeTxAmount!: string;

  @Field(() => GraphQLBigInt)
  @prop({ type: () => Number, required: true })
  dailyTxCount!: number;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  dailyTxAmount!: string;

  @Field(() => GraphQLBigInt, { description: 'Different transaction hashes among the transfers of the day.' })
  @prop({ type: () => Number, required: true })
  distinctTransactionCount!: number;

  @Field(() => GraphQLBigInt)
  @prop({ type: () => Number, required: true })
  mintCount!: number;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  mintAmount!: string;

  @Field(() => GraphQLBigInt)
  @prop({ type: () => Number, required: true })
  burnCount!: number;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  burnAmount!: string;

  @Field(() => Boolean, {
    description: 'Nothing that the row counts happened on this day: it was made to close the gap.',
  })
  filled!: boolean;

  @Field(() => Boolean, { description: 'The day is not over at asOfTime.' })
  partial!: boolean;
}
