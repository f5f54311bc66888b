import { ArgsType, Field, Int } from 'type-graphql';
import { decodeAmount, encodeAmount, formatUnits, shareOf } from '../models/amount.js';
import { Holder } from '../models/holder.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { supplyOf } from '../models/token-totals.js';
import { within } from './bounds.js';
import { readPerToken } from './read-per-token.js';
import { type OfToken, relation } from './relation.js';

/** How many holders. */
@ArgsType()
export class HoldersArgs {
  @Field(() => Int, { nullable: true, defaultValue: 10, description: 'The largest so many; 1 to 1,000.' })
  limit?: number | null;
}

type PublicHolder = Omit<Holder, 'openingBalance'>;
type StoredHolder = Pick<Holder, 'address' | 'balance' | 'firstSeen' | 'lastActive'>;

/** The largest holders. Commands: 1. */
export const holders = relation<HoldersArgs, { readonly limit: number }, PublicHolder>({
  name: 'holders',
  description:
    'Largest holders by balance falling, then address rising; balances in tokens, shares in percent of totalSupply.',
  type: [Holder],
  args: HoldersArgs,
  normalize: ({ limit }, { maxLimit }) => ({
    limit: within({ argument: 'limit', value: limit ?? 10, max: maxLimit }),
  }),
  tier: 'medium',
  rows: ({ totals }, { limit }) => Math.min(limit, totals.holderCount),
  load: async (tokens, { limit }, read) => {
    const lists = await readPerToken<{ rows: StoredHolder }>({
      read,
      tokens,
      lists: { rows: { ...holdersByBalance, limit, fields: ['address', 'balance', 'firstSeen', 'lastActive'] } },
    });
    return tokens.flatMap((token) => (lists.get(token.id)?.rows ?? []).map((row, i) => toHolder(token, row, i + 1)));
  },
});

/** Holders in their order: a balance above 0, taken from the index of balances. */
export const holdersByBalance = {
  from: 'holders',
  match: { balance: { $gt: encodeAmount(0n) } },
  sort: { balance: -1, address: 1 },
} as const;

function toHolder(token: TokenSnapshot, row: StoredHolder, rank: number): OfToken<PublicHolder> {
  const balance = decodeAmount(row.balance);
  return {
    tokenId: token.id,
    rank,
    address: row.address,
    balance: formatUnits(balance, token.decimals),
    share: shareOf(balance, supplyOf(token.totals)),
    firstSeen: row.firstSeen?.toISOString() ?? null,
    lastActive: row.lastActive?.toISOString() ?? null,
  };
}
