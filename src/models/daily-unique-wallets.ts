import { index, modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDate } from './scalars.js';

/** Different wallets of a UTC day, the zero address excluded. Stored only for days with a successful transfer. */
@ObjectType({ description: 'Different wallets of a UTC day, the zero address excluded.' })
@modelOptions({
  schemaOptions: { collection: 'dailyUniqueWallets', versionKey: false },
  options: { allowMixed: Severity.ERROR },
})
@index({ tokenId: 1, date: 1 }, { unique: true, name: 'tokenId_date' })
export class DailyUniqueWallets {
  @prop({ type: () => String, required: true })
  tokenId!: string;

  @Field(() => GraphQLDate)
  @prop({ type: () => String, required: true })
  date!: string;

  @Field(() => GraphQLBigInt, { description: 'Different senders and receivers of the day.' })
  @prop({ type: () => Number, required: true })
  uniqueWalletCount!: number;

  @Field(() => GraphQLBigInt, {
    description:
      'Wallets whose first known successful transfer lies in the day, those with an opening balance excluded.',
  })
  @prop({ type: () => Number, required: true })
  newWallets!: number;

  @Field(() => GraphQLBigInt, { description: 'Different senders of the day.' })
  @prop({ type: () => Number, required: true })
  activeWallets!: number;

  @Field(() => GraphQLBigInt, { description: 'Running sum of newWallets plus wallets with an opening balance.' })
  @prop({ type: () => Number, required: true })
  cumulativeWallets!: number;

  @Field(() => Boolean, {
    description: 'Nothing that the row counts happened on this day: it was made to close the gap.',
  })
  filled!: boolean;

  @Field(() => Boolean, { description: 'The day is not over at asOfTime.' })
  partial!: boolean;
}
