import { Field, InputType, Int } from 'type-graphql';
import { PaymentRuleInput } from '../../models/payment-rule.js';
import { GraphQLAddress } from '../../models/scalars.js';

/** A token to be added. */
@InputType({ description: 'A token to be added.' })
export class CreateTokenInput {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  symbol!: string;

  @Field(() => GraphQLAddress)
  contractAddress!: string;

  @Field(() => Int, { nullable: true, defaultValue: 1135, description: 'EIP-155 chain id; 1135 is Lisk.' })
  chainId?: number;

  @Field(() => Int, { nullable: true, defaultValue: 18 })
  decimals?: number;

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  isActive?: boolean;

  @Field(() => PaymentRuleInput, {
    nullable: true,
    description: 'Without it every transfer is a payment but mints and burns.',
  })
  paymentRule?: PaymentRuleInput;
}

/** What may change of a token; absent fields stay. */
@InputType({ description: 'What changes of a token; absent fields stay.' })
export class UpdateTokenInput {
  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => String, { nullable: true })
  symbol?: string;

  @Field(() => Boolean, { nullable: true })
  isActive?: boolean;

  @Field(() => PaymentRuleInput, { nullable: true })
  paymentRule?: PaymentRuleInput;
}
