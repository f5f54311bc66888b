import { Field, ObjectType } from 'type-graphql';
import { GraphQLBigInt, GraphQLDecimal } from './scalars.js';

/** Holders whose share of supply lies between two edges. */
@ObjectType({ description: 'Holders whose share of totalSupply lies between two edges.' })
export class HolderBand {
  @Field(() => String, { description: 'Name from the configuration, such as whale.' })
  name!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply, inclusive; above it for the lowest band.' })
  minShare!: string;

  @Field(() => GraphQLDecimal, {
    nullable: true,
    description: 'Percent of totalSupply, exclusive; null for the top band.',
  })
  maxShare!: string | null;

  @Field(() => GraphQLBigInt)
  holderCount!: number;

  @Field(() => GraphQLDecimal, { description: 'Sum of the balances of the band, in tokens.' })
  balance!: string;
}

/** How the supply is spread over holders. */
@ObjectType({
  description:
    'How the supply is spread over holders. Shares are percent of totalSupply, rounded once to 6 places; 0 where totalSupply is not above 0.',
})
export class HolderDistribution {
  @Field(() => GraphQLBigInt, { description: 'Addresses with a balance above 0, the zero address excluded.' })
  holderCount!: number;

  @Field(() => GraphQLBigInt, { description: 'Addresses whose balance came out below 0: data is missing.' })
  negativeBalanceCount!: number;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 10 largest holders together.' })
  top10Share!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 25 largest holders together.' })
  top25Share!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 50 largest holders together.' })
  top50Share!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 100 largest holders together.' })
  top100Share!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 250 largest holders together.' })
  top250Share!: string;

  @Field(() => GraphQLDecimal, { description: 'Percent of totalSupply held by the 500 largest holders together.' })
  top500Share!: string;

  @Field(() => [HolderBand], { description: 'By exact share, from the top.' })
  bands!: HolderBand[];
}
