import { Field, ObjectType } from 'type-graphql';
import { GraphQLDate, GraphQLDecimal } from './scalars.js';

/** A coming week on the least-squares line through the complete weeks. */
@ObjectType({
  description:
    'A coming UTC week on the least-squares line through the last complete weeks, with its 95 % prediction interval.',
})
export class PaymentProjection {
  @Field(() => GraphQLDate, { description: 'The Monday that names the week.' })
  weekStartDate!: string;

  @Field(() => GraphQLDecimal, { description: "In tokens, rounded to the token's decimals, not below 0." })
  expectedAmount!: string;

  @Field(() => GraphQLDecimal, {
    description: "In tokens: lower end of the interval, rounded to the token's decimals, not below 0.",
  })
  lowerBound!: string;

  @Field(() => GraphQLDecimal, {
    description: "In tokens: upper end of the interval, rounded to the token's decimals, not below 0.",
  })
  upperBound!: string;
}
