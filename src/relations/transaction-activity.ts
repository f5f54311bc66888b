import { ArgsType, Field, Int } from 'type-graphql';
import { TransferKind } from '../models/enums.js';
import { GraphQLAddress, GraphQLDateTime } from '../models/scalars.js';
import { TransactionActivityConnection } from '../models/transaction-activity-connection.js';
import { refuseReversed, within } from './bounds.js';
import { decodeCursor } from './cursor.js';
import { readTransfers, type TransferPage } from './read-transfers.js';
import { relation } from './relation.js';
import { newestFirst, toConnection } from './transfer-page.js';

/** Which transfers, and which page of them. */
@ArgsType()
export class TransactionActivityArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50, description: 'Transfers of the page; 1 to 500.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the transfer behind which the page begins.' })
  after?: string | null;

  @Field(() => GraphQLAddress, { nullable: true, description: 'Only transfers from or to this address.' })
  address?: string | null;

  @Field(() => TransferKind, { nullable: true, description: 'Only transfers of this kind.' })
  kind?: TransferKind | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only transfers of this instant and later.' })
  from?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only transfers of this instant and earlier.' })
  to?: string | null;
}

/** Pages of transfers. Commands: 1; up to 3 with `from` or `to` where the times of some token are not in the order of its blocks. */
export const transactionActivity = relation<TransactionActivityArgs, TransferPage, TransactionActivityConnection>({
  name: 'transactionActivity',
  description:
    'Transfers, amounts in tokens, newest first: block number, then log index, both falling. Failed ones are listed too.',
  type: TransactionActivityConnection,
  args: TransactionActivityArgs,
  normalize: ({ first, after, address, kind, from, to }, { maxFirst }) => {
    const filter = { address: address?.toLowerCase() ?? null, kind: kind ?? null, from: from ?? null, to: to ?? null };
    refuseReversed(filter);
    const [block, log] = after == null ? [] : decodeCursor({ field: 'transactionActivity', cursor: after, length: 2 });
    return {
      first: within({ argument: 'first', value: first ?? 50, max: maxFirst }),
      afterBlock: block ?? null,
      afterLog: log ?? null,
      ...filter,
    };
  },
  tier: 'short',
  rows: ({ totals }, { first }) => Math.min(first, totals.transferRows),
  load: async (tokens, page, read) => {
    const rows = await readTransfers({ tokens, page, read });
    return tokens.map((token) => toConnection({ token, page, rows: newestFirst(rows.get(token.id) ?? []) }));
  },
});
