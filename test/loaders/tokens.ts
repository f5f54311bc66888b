import { ObjectType } from 'type-graphql';
import type { Database } from '../../src/database.js';
import { encodeAmount } from '../../src/models/amount.js';
import { defaultPaymentRule } from '../../src/models/payment-rule.js';
import { emptyTotals } from '../../src/models/token-totals.js';
import { relation } from '../../src/relations/relation.js';

/** Id of the nth token of a test. */
export const tokenId = (n: number): string => n.toString(16).padStart(24, '0');

/** Stores tokens 0 to count - 1, each with two holders and one price, at epoch 1. */
export async function insertTokens(database: Database, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => tokenId(n));
  const at = new Date('2025-01-01T10:30:00.000Z');
  await database.connection.collection<{ _id: string }>('tokens').insertMany(
    ids.map((id, n) => ({
      _id: id,
      name: `Token ${n}`,
      symbol: symbolOf(n),
      symbolKey: symbolOf(n).toLowerCase(),
      contractAddress: `0x${id.padStart(40, '0')}`,
      chainId: 1135,
      decimals: 0,
      decimalsAssumed: false,
      isActive: n % 2 === 0,
      paymentRule: defaultPaymentRule,
      createdAt: at,
      updatedAt: at,
      epoch: 1,
      asOfBlock: 100,
      asOfTime: at,
      finalizedBlock: null,
      source: 'file',
      openingBlock: null,
      totals: emptyTotals(),
    })),
  );
  await database.connection
    .collection<{ _id: string }>('holders')
    .insertMany(ids.flatMap((id) => [holder(id, 'a', 1n), holder(id, 'b', 1n)]));
  await database.connection
    .collection<{ _id: string }>('tokenPriceData')
    .insertMany(ids.map((id) => ({ _id: `${id}:price`, tokenId: id, timestamp: at, price: '1', volume: '0' })));
  return ids;
}

/** Symbol of the nth token: its order is the number's. */
export const symbolOf = (n: number): string => `T${String(n).padStart(4, '0')}`;

function holder(id: string, letter: string, balance: bigint) {
  const address = `0x${letter.repeat(40)}`;
  return {
    _id: `${id}:${address}`,
    tokenId: id,
    address,
    balance: encodeAmount(balance),
    firstSeen: null,
    lastActive: null,
  };
}

/** Commits a change of a token as a writer does: rows and epoch in one transaction. Both balances become the new epoch. Returns it. */
export async function commitChange(
  database: Database,
  id: string,
): Promise<{ tokenId: string; epoch: number; committedAt: number }> {
  let epoch = 0;
  await database.connection.transaction(async (session) => {
    const token = await database.models.tokens
      .findOneAndUpdate({ _id: id }, { $inc: { epoch: 1 } }, { session, returnDocument: 'after' })
      .lean();
    epoch = token?.epoch ?? 0;
    const balance = encodeAmount(BigInt(epoch));
    await database.models.holders.updateMany({ tokenId: id }, { $set: { balance } }, { session });
    await database.models.tokens.updateOne({ _id: id }, { $set: { 'totals.supply': balance } }, { session });
  });
  return { tokenId: id, epoch, committedAt: Date.now() };
}

/** Balances of a token: two rows that every commit changes together. */
@ObjectType()
export class Balance {
  balance!: string;
}

/** A list relation with an argument. */
export const balances = relation({
  name: 'ownBalances',
  description: 'Balances, by address.',
  type: [Balance],
  normalize: ({ limit = 2 }: { limit?: number }) => ({ limit }),
  tier: 'medium',
  load: async (tokens, { limit }, read) => {
    const rows = await read.find(
      'holders',
      { tokenId: { $in: tokens.map(({ id }) => id) } },
      { projection: { tokenId: 1, balance: 1, address: 1 }, sort: { tokenId: 1, address: 1 } },
    );
    const taken = new Map<string, number>();
    return rows.flatMap(({ tokenId: owner, balance }) => {
      const count = (taken.get(owner) ?? 0) + 1;
      taken.set(owner, count);
      return count > limit ? [] : [{ tokenId: owner, balance }];
    });
  },
});

/** A relation of one row per token. */
export const firstBalance = relation({
  name: 'firstBalance',
  description: 'The balance of the lowest address.',
  type: Balance,
  empty: null,
  normalize: () => ({}),
  tier: 'short',
  load: async (tokens, _args, read) => {
    const rows = await read.aggregate<{ tokenId: string; balance: string; address: string }>('holders', [
      { $match: { tokenId: { $in: tokens.map(({ id }) => id) } } },
      { $sort: { tokenId: 1, address: 1 } },
    ]);
    const seen = new Set<string>();
    return rows.flatMap(({ tokenId: owner, balance }) => {
      if (seen.has(owner)) return [];
      seen.add(owner);
      return [{ tokenId: owner, balance }];
    });
  },
});
