import type { TransferKind } from '../models/enums.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { TransactionActivity } from '../models/transaction-activity.js';
import type { TransferFilter } from '../models/transaction-activity-connection.js';
import { rangeOf } from './in-windows.js';
import { readPerToken, type TokenList } from './read-per-token.js';
import type { Reader } from './relation.js';

/** A page of transfers: behind which position it begins and what it shows. */
export type TransferPage = {
  readonly first: number;
  readonly afterBlock: number | null;
  readonly afterLog: number | null;
  readonly address: string | null;
  readonly kind: TransferKind | null;
  readonly from: string | null;
  readonly to: string | null;
};

const fields = [
  '_id',
  'timestamp',
  'transactionHash',
  'logIndex',
  'blockNumber',
  'fromAddress',
  'toAddress',
  'amount',
  'kind',
  'gasUsed',
  'gasPrice',
  'isSuccess',
] as const satisfies ReadonlyArray<keyof TransactionActivity>;

/** A transfer as it is read. */
export type StoredTransfer = Pick<TransactionActivity, (typeof fields)[number]>;

/**
 * Reads, for each token, the rows of a page and one more, in any order. Commands: 1; with `from` or `to` 2 where some token has many
 * rows between them.
 */
export async function readTransfers({ tokens, page, read }: Asked): Promise<Map<string, StoredTransfer[]>> {
  if (page.from === null && page.to === null) return readByPosition({ tokens, page, read });
  const windows = await readPerToken<{ rows: StoredTransfer }>({
    read,
    tokens,
    lists: {
      rows: {
        from: 'transactionActivity',
        match: transferMatch({ ...page, kind: null }),
        limit: fewRows + 1,
        fields,
      },
    },
  });
  const isWide = ({ id }: TokenSnapshot): boolean => (windows.get(id)?.rows.length ?? 0) > fewRows;
  const wide = await readByPosition({ tokens: tokens.filter(isWide), page, read });
  return new Map(
    tokens.map((token) => [
      token.id,
      wide.get(token.id) ?? (windows.get(token.id)?.rows ?? []).filter((row) => isOnPage(row, page)),
    ]),
  );
}

interface Asked {
  readonly tokens: readonly TokenSnapshot[];
  readonly page: TransferPage;
  readonly read: Reader;
}

/**
 * Up to so many rows a window is read by time and put into order here. Positions cannot be bounded by times, since a file may hold any
 * times: reading a short window in the order of positions could mean reading the whole history for a handful of rows.
 */
const fewRows = 1000;

/** What the filter says of a row besides its time. */
function isOnPage(row: StoredTransfer, { address, kind, afterBlock, afterLog }: TransferPage): boolean {
  const isBehind =
    afterBlock === null ||
    row.blockNumber < afterBlock ||
    (row.blockNumber === afterBlock && row.logIndex < (afterLog ?? 0));
  const isOf = address === null || row.fromAddress === address || row.toAddress === address;
  return isBehind && isOf && (kind === null || row.kind === kind);
}

/**
 * In the order of positions, from an index. With an address two lists are read, what it sent and what it received, each in the order of
 * its own index; a self transfer is in both.
 */
async function readByPosition({ tokens, page, read }: Asked): Promise<Map<string, StoredTransfer[]>> {
  const match = { ...transferMatch(page), ...behind(page) };
  const list = (more: object): TokenList => ({
    from: 'transactionActivity',
    match: { ...match, ...more },
    sort: { blockNumber: -1, logIndex: -1 },
    limit: page.first + 1,
    fields,
  });
  const { address } = page;
  const lists: Record<string, TokenList> =
    address === null
      ? { all: list({}) }
      : { sent: list({ fromAddress: address }), received: list({ toAddress: address }) };
  const found = await readPerToken<Record<string, StoredTransfer>>({ read, tokens, lists });
  return new Map([...found].map(([id, row]) => [id, Object.keys(lists).flatMap((name) => row[name] ?? [])]));
}

/** Conditions of a filter besides the address. */
export function transferMatch({ kind, from, to }: Omit<TransferFilter, 'address'>): Record<string, unknown> {
  const range = rangeOf(from === null ? null : new Date(from), to === null ? null : new Date(to));
  return { ...(kind === null ? {} : { kind }), ...(Object.keys(range).length > 0 ? { timestamp: range } : {}) };
}

function behind({ afterBlock, afterLog }: TransferPage): Record<string, unknown> {
  if (afterBlock === null) return {};
  return {
    // Says nothing that the clauses do not say, but bounds the index.
    blockNumber: { $lte: afterBlock },
    $or: [{ blockNumber: { $lt: afterBlock } }, { blockNumber: afterBlock, logIndex: { $lt: afterLog } }],
  };
}
