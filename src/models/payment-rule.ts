import { modelOptions, prop, Severity } from '@typegoose/typegoose';
import { Field, InputType, ObjectType } from 'type-graphql';
import { PaymentRuleKind } from './enums.js';
import { GraphQLAddress } from './scalars.js';

/** Which transfers of a token count as payments. */
@ObjectType({ description: 'Which transfers count as payments.' })
@modelOptions({ schemaOptions: { _id: false }, options: { allowMixed: Severity.ERROR } })
export class PaymentRule {
  @Field(() => PaymentRuleKind, { description: 'How payments are told from other transfers.' })
  @prop({ type: () => String, enum: Object.values(PaymentRuleKind), default: PaymentRuleKind.ALL })
  kind!: PaymentRuleKind;

  @Field(() => [GraphQLAddress], { description: 'Payer addresses, used by FROM.' })
  @prop({ type: () => [String], default: [] })
  addresses!: string[];

  @Field(() => [String], { description: '4-byte selectors (0x and 8 hex digits), used by METHODS.' })
  @prop({ type: () => [String], default: [] })
  selectors!: string[];
}

/** The same rule as an input. */
@InputType({ description: 'Which transfers count as payments; addresses are used by FROM, selectors by METHODS.' })
export class PaymentRuleInput {
  @Field(() => PaymentRuleKind)
  kind!: PaymentRuleKind;

  @Field(() => [GraphQLAddress], { nullable: true, defaultValue: [] })
  addresses?: string[];

  @Field(() => [String], { nullable: true, defaultValue: [] })
  selectors?: string[];
}

/** The rule a token has when none is given: every successful transfer that is neither mint nor burn. */
export const defaultPaymentRule: PaymentRule = { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] };
