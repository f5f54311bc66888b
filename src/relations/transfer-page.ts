import { decodeAmount, formatUnits } from '../models/amount.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { TransactionActivityConnection, TransferNode } from '../models/transaction-activity-connection.js';
import { encodeCursor } from './cursor.js';
import type { StoredTransfer, TransferPage } from './read-transfers.js';
import type { OfToken } from './relation.js';

/** Each row once, in the order of the field. */
export function newestFirst(rows: readonly StoredTransfer[]): StoredTransfer[] {
  const distinct = new Map(rows.map((row) => [row._id, row]));
  return [...distinct.values()].sort((a, b) => b.blockNumber - a.blockNumber || b.logIndex - a.logIndex);
}

/** A page out of rows that may go on behind it. */
export function toConnection({
  token,
  page,
  rows,
}: {
  token: TokenSnapshot;
  page: TransferPage;
  rows: readonly StoredTransfer[];
}): OfToken<TransactionActivityConnection> {
  const edges = rows.slice(0, page.first).map((row) => ({
    cursor: encodeCursor('transactionActivity', [row.blockNumber, row.logIndex]),
    node: toNode(row, token.decimals),
  }));
  const { address, kind, from, to } = page;
  return {
    tokenId: token.id,
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      // A cursor was given out with a transfer, which lies before the page.
      hasPreviousPage: page.afterBlock !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countArgs: { address, kind, from, to },
  };
}

function toNode({ _id, timestamp, amount, ...rest }: StoredTransfer, decimals: number): TransferNode {
  return {
    id: _id,
    timestamp: timestamp.toISOString(),
    transactionHash: rest.transactionHash,
    logIndex: rest.logIndex,
    blockNumber: rest.blockNumber,
    fromAddress: rest.fromAddress,
    toAddress: rest.toAddress,
    amount: formatUnits(decodeAmount(amount), decimals),
    kind: rest.kind,
    gasUsed: rest.gasUsed,
    gasPrice: rest.gasPrice,
    isSuccess: rest.isSuccess,
  };
}
