import { FieldResolver, Resolver, Root } from 'type-graphql';
import { formatUnits } from '../models/amount.js';
import { Freshness } from '../models/freshness.js';
import { GraphQLBigInt, GraphQLDecimal } from '../models/scalars.js';
import { Token } from '../models/token.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { supplyOf } from '../models/token-totals.js';

/** The fields of Token that are made from the snapshot alone; the others are read from it as they are. */
@Resolver(() => Token)
export class TokenResolver {
  /** In tokens; negative where data is missing. */
  @FieldResolver(() => GraphQLDecimal, {
    description:
      'Freshness: comes with the epoch, never older. Every amount of this schema is in tokens, not base units.',
  })
  totalSupply(@Root() { totals, decimals }: TokenSnapshot): string {
    return formatUnits(supplyOf(totals), decimals);
  }

  /** Read beside the epoch, never from a cache. */
  @FieldResolver(() => Freshness, { description: 'Which state of the data this answer shows; cached with nothing.' })
  freshness(@Root() { epoch, asOfBlock, asOfTime, finalizedBlock }: TokenSnapshot): object {
    return { epoch, asOfBlock, asOfTime, finalizedBlock };
  }

  /** Kept in the transaction of the rows. */
  @FieldResolver(() => GraphQLBigInt, {
    description: 'Freshness: comes with the epoch, never older.',
  })
  holderCount(@Root() { totals }: TokenSnapshot): number {
    return totals.holderCount;
  }
}
