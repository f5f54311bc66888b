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
 * Reads, for each token, the rows of a page and one more, in any order. Commands: 1; with `from` or `to` one more where the times of
 * some token are not in the order of its blocks, and another where such a token has many rows between them.
 */
export async function readTransfers({ tokens, page, read }: Asked): Promise<Map<string, StoredTransfer[]>> {
  if (page.from === null && page.to === null) return readByPosition({ tokens, page, read });
  const isOrdered = ({ timesInOrder }: TokenSnapshot): boolean => timesInOrder === true;
  const [ordered, unordered] = await Promise.all([
    readByPosition({ tokens: tokens.filter(isOrdered), page, read, window: positionsOf(page) }),
    readUnordered({ tokens: tokens.filter((token) => !isOrdered(token)), page, read }),
  ]);
  return new Map([...ordered, ...unordered]);
}

interface Asked {
  readonly tokens: readonly TokenSnapshot[];
  readonly page: TransferPage;
  readonly read: Reader;
}

/**
 * Where times rise with positions, a window of times is one of positions: from the first row not before `from` to the last not after
 * `to`, two looks into an index. What lies between is read as if no time had been asked for.
 */
function positionsOf({ from, to }: TransferPage): Record<'low' | 'high', TokenList> {
  const end = (match: object, direction: 1 | -1): TokenList => ({
    from: 'transactionActivity',
    match: { ...match },
    sort: { timestamp: direction, blockNumber: direction, logIndex: direction },
    limit: 1,
    fields: ['blockNumber'],
  });
  return {
    low: end(from === null ? {} : { timestamp: { $gte: new Date(from) } }, 1),
    high: end(to === null ? {} : { timestamp: { $lte: new Date(to) } }, -1),
  };
}

/**
 * A file may hold any times. Reading a short window of them in the order of positions could mean reading the whole history for a handful
 * of rows, so up to so many rows are read by time and put into order by the server; a window with more is read by position.
 */
const fewRows = 1000;

async function readUnordered({ tokens, page, read }: Asked): Promise<Map<string, StoredTransfer[]>> {
  const { address, kind } = page;
  const parties = address === null ? [] : [{ $or: [{ fromAddress: address }, { toAddress: address }] }];
  const few: TokenList = {
    from: 'transactionActivity',
    match: transferMatch({ ...page, kind: null }),
    limit: fewRows + 1,
  };
  const found = await readPerToken<{ size: { count: number }; rows: StoredTransfer }>({
    read,
    tokens,
    lists: {
      size: { ...few, count: true },
      rows: {
        ...few,
        refine: {
          match: { $and: [kind === null ? {} : { kind }, behind(page), ...parties] },
          sort: newestFirst,
          limit: page.first + 1,
        },
        fields,
      },
    },
  });
  const isWide = ({ id }: TokenSnapshot): boolean => (found.get(id)?.size[0]?.count ?? 0) > fewRows;
  const wide = await readByPosition({ tokens: tokens.filter(isWide), page, read });
  return new Map(tokens.map(({ id }) => [id, wide.get(id) ?? found.get(id)?.rows ?? []]));
}

const newestFirst = { blockNumber: -1, logIndex: -1 } as const;

/**
 * In the order of positions, from an index; within `window` where one is given, else with the times as a condition. With an address two
 * lists are read, what it sent and what it received, each in the order of its own index; a self transfer is in both.
 */
async function readByPosition({
  tokens,
  page,
  read,
  window,
}: Asked & { readonly window?: ReturnType<typeof positionsOf> }): Promise<Map<string, StoredTransfer[]>> {
  const match = { ...transferMatch(window ? { ...page, from: null, to: null } : page), ...behind(page) };
  const list = (more: object): TokenList => ({
    from: 'transactionActivity',
    ...(window ? { between: { field: 'blockNumber', lower: 'low', upper: 'high' } } : {}),
    match: { ...match, ...more },
    sort: newestFirst,
    limit: page.first + 1,
    fields,
  });
  const { address } = page;
  const lists: Record<string, TokenList> =
    address === null
      ? { all: list({}) }
      : { sent: list({ fromAddress: address }), received: list({ toAddress: address }) };
  const found = await readPerToken<Record<string, StoredTransfer>>({ read, tokens, lists: { ...window, ...lists } });
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
