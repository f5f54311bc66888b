import { TransferKind } from '../models/enums.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { TransactionActivityCount, type TransferFilter } from '../models/transaction-activity-connection.js';
import { readPerToken, type TokenList } from './read-per-token.js';
import { transferMatch } from './read-transfers.js';
import { type Reader, relation } from './relation.js';

type CountArgs = { readonly [K in keyof TransferFilter]: TransferFilter[K] };

/**
 * `totalCount` of transactionActivity, which asks for it only when the field is selected. Commands: 0 where the token's totals know the
 * count (no filter, or only a kind), else 1.
 */
export const transactionActivityCount = relation<TransferFilter, CountArgs, TransactionActivityCount>({
  name: 'transactionActivityCount',
  description: 'Transfers that the filter lets through, over all pages.',
  type: TransactionActivityCount,
  normalize: ({ address, kind, from, to }) => ({ address, kind, from, to }),
  tier: 'short',
  load: async (tokens, filter, read) => {
    const { address, from, to } = filter;
    const counts = address === null && from === null && to === null ? undefined : await count(tokens, filter, read);
    return tokens.map((token) => ({
      tokenId: token.id,
      totalCount: counts ? (counts.get(token.id) ?? 0) : known(token, filter.kind),
    }));
  },
});

function known({ totals }: TokenSnapshot, kind: string | null): number {
  if (kind === null) return totals.transferRows;
  if (kind === TransferKind.MINT) return totals.mintRows;
  if (kind === TransferKind.BURN) return totals.burnRows;
  return totals.transferRows - totals.mintRows - totals.burnRows;
}

/** Sent and received less what is both: each is a count on its index. */
async function count(tokens: readonly TokenSnapshot[], filter: CountArgs, read: Reader): Promise<Map<string, number>> {
  const match = transferMatch(filter);
  const { address } = filter;
  const list = (more: object): TokenList => ({
    from: 'transactionActivity',
    match: { ...match, ...more },
    count: true,
  });
  const lists: Record<string, TokenList> =
    address === null
      ? { all: list({}) }
      : {
          sent: list({ fromAddress: address }),
          received: list({ toAddress: address }),
          both: list({ fromAddress: address, toAddress: address }),
        };
  const found = await readPerToken<Record<string, { count: number }>>({ read, tokens, lists });
  const of = (row: Record<string, Array<{ count: number }>>, name: string): number => row[name]?.[0]?.count ?? 0;
  return new Map(
    [...found].map(([id, row]) => [id, of(row, 'all') + of(row, 'sent') + of(row, 'received') - of(row, 'both')]),
  );
}
