import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDate, GraphQLDecimal } from './scalars.js';

/** Payments of a UTC week by the token's payment rule. Stored only for weeks with a payment. */
@ObjectType({ description: "Payments of a UTC week, by the token's payment rule." })
@modelOptions({
  schemaOptions: { collection: 'weeklyPayments', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, weekStartDate: 1 }, { unique: true, name: 'tokenId_weekStartDate' })
export class WeeklyPayments {
  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDate, { description: 'The Monday that names the week.' })
  @prop({ type: () => String, required: true })
  weekStartDate!: string;

  @Field(() => GraphQLDecimal, { description: 'In tokens.' })
  @prop({ type: () => String, required: true })
  totalPaymentsAmount!: string;

  @Field(() => GraphQLBigInt)
  @prop({ type: () => Number, required: true })
  paymentCount!: number;

  @Field(() => GraphQLDecimal, {
    description: "In tokens, rounded half away from zero to the token's decimals; 0 without payments.",
  })
  averagePayment!: string;

  @Field(() => Boolean, { description: 'No payment in this week: the row was made to close the gap.' })
  filled!: boolean;

  @Field(() => Boolean, { description: 'The week is not over at asOfTime.' })
  partial!: boolean;
}
