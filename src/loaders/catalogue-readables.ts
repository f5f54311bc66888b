import { catalogue, keys } from '../cache/key.js';
import type { Reader } from '../relations/relation.js';
import type { Group, Readable } from './readable.js';
import { encodeTokenCursor, type TokenPosition } from './token-cursor.js';

/** Tokens of a symbol in any case: `SymbolMatch[]`. */
export function symbolReadable(symbol: string): Readable {
  const sought = symbol.toLowerCase();
  return lookUp(keys.symbol(sought), sought, symbolGroup);
}

const symbolGroup: Group = {
  id: 'symbol',
  isNegative: (value) => (value as readonly SymbolMatch[]).length === 0,
  mentions: (value) => (value as readonly SymbolMatch[]).map(({ id }) => id),
  load: async (readables, read) => {
    const wanted = readables as readonly LookUp[];
    const filter = { symbolKey: { $in: wanted.map((readable) => readable.sought) } };
    const rows = await read.find('tokens', filter, { projection: { symbol: 1, symbolKey: 1 } });
    const matches = (sought: string): SymbolMatch[] =>
      rows
        .filter((row) => row.symbolKey === sought)
        .map(({ _id, symbol }) => ({ id: _id, symbol }))
        .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    return new Map(wanted.map(({ key, sought }) => [key, matches(sought)]));
  },
};

/** A token that a symbol may mean. */
export interface SymbolMatch {
  readonly id: string;
  readonly symbol: string;
}

/** Id of the token at an address (in lower case), or null. */
export function addressReadable(address: string): Readable {
  const sought = address.toLowerCase();
  return lookUp(keys.address(sought), sought, addressGroup);
}

const addressGroup: Group = {
  id: 'address',
  isNegative: (value) => value === null,
  mentions: (value) => (value === null ? [] : [value as string]),
  load: async (readables, read) => {
    const wanted = readables as readonly LookUp[];
    const filter = { contractAddress: { $in: wanted.map((readable) => readable.sought) } };
    const rows = await read.find('tokens', filter, { projection: { contractAddress: 1 } });
    const found = new Map(rows.map((row) => [row.contractAddress, row._id]));
    return new Map(wanted.map(({ key, sought }) => [key, found.get(sought) ?? null]));
  },
};

/** A page of the list of tokens: `TokenPage`. */
export function listReadable(args: ListArgs): Readable {
  const { first, after, isActive } = args;
  const key = keys.list({ first, isActive, symbol: after?.symbol ?? null, address: after?.address ?? null });
  return lookUp(key, key, {
    id: key,
    mentions: (value) => (value as TokenPage).ids,
    load: async (_readables, read) => new Map([[key, await loadPage(read, args)]]),
  });
}

/** Canonical arguments of the list. */
export interface ListArgs {
  readonly first: number;
  readonly after: TokenPosition | null;
  readonly isActive: boolean | null;
}

/** A page of the list. It holds ids; the tokens themselves are read by id, each at its own epoch. */
export interface TokenPage {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** By symbol, then address: symbols are unique among the living, so the symbol alone says where a page begins. */
async function loadPage(read: Reader, { first, after, isActive }: ListArgs): Promise<TokenPage> {
  const all = isActive === null ? {} : { isActive };
  const [rows, counts, before] = await Promise.all([
    read.find('tokens', after ? { ...all, symbol: { $gt: after.symbol } } : all, {
      projection: { symbol: 1, contractAddress: 1 },
      sort: { symbol: 1, contractAddress: 1 },
      limit: first + 1,
    }),
    read.aggregate<{ count: number }>('tokens', [{ $match: all }, { $count: 'count' }]),
    after
      ? read.find('tokens', { ...all, symbol: { $lte: after.symbol } }, { projection: { symbol: 1 }, limit: 1 })
      : [],
  ]);
  const page = rows.slice(0, first);
  return {
    ids: page.map(({ _id }) => _id),
    cursors: page.map(({ symbol, contractAddress }) => encodeTokenCursor({ symbol, address: contractAddress })),
    totalCount: counts[0]?.count ?? 0,
    hasNextPage: rows.length > first,
    hasPreviousPage: before.length > 0,
  };
}

interface LookUp extends Readable {
  readonly sought: string;
}

function lookUp(key: string, sought: string, group: Group): LookUp {
  return { key, subject: catalogue, tier: 'medium', group, isToken: false, sought };
}
