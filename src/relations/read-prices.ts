import { RowLimitError } from '../errors.js';
import { dayMs } from '../models/calendar.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { grouped } from './bounds.js';
import { groupByToken } from './group-by-token.js';
import { inWindows, perTokenWindows } from './in-windows.js';
import { priceFields, type StoredPrice } from './price-rows.js';
import { readPerToken, type TokenList } from './read-per-token.js';
import { refuseTokens } from './refused-tokens-error.js';
import type { Reader } from './relation.js';

/** Instants of one token, both inclusive; null leaves an end open. */
export interface PriceWindow {
  readonly token: TokenSnapshot;
  readonly lower: Date | null;
  readonly upper: Date | null;
}

/** Prices within a window, and before it what change24h of these looks back at; both rise by time. */
export interface WindowPrices {
  readonly rows: readonly StoredPrice[];
  readonly earlier: readonly StoredPrice[];
}

/** Where nothing is stored. */
export const noPrices: WindowPrices = { rows: [], earlier: [] };

/**
 * Reads the prices of many windows, by token id. Commands: 1. Where some token has more prices than its part of the largest answer, 2
 * more tell how many there are and read them; where some token has many prices on the day before its window, 1 more looks each up that is
 * needed. Refuses tokens with more prices than one may have, and answers with more rows than one may have.
 */
export async function readPrices(windows: readonly PriceWindow[], read: Reader): Promise<Map<string, WindowPrices>> {
  if (windows.length === 0) return new Map();
  const { maxPrices, maxRows } = read.settings;
  const part = Math.max(1, Math.min(maxPrices, Math.floor(maxRows / windows.length)));
  const fewBefore = Math.min(manyADay, part);
  const lists = await readPerToken<{ inside: StoredPrice; dayBefore: StoredPrice; older: StoredPrice }>({
    read,
    tokens: windows.map(({ token }) => token),
    lists: {
      inside: { ...list(windows), limit: part + 1 },
      // What change24h looks back at: all of the day before the window, and the newest price before that day.
      dayBefore: { ...list(windows.map(dayBefore)), limit: fewBefore + 1 },
      older: { ...list(windows.map(beforeThat)), sort: { timestamp: -1 }, limit: 1 },
    },
  });
  const inside = new Map([...lists].map(([id, found]) => [id, found.inside]));
  const long = windows.filter(({ token }) => (inside.get(token.id)?.length ?? 0) > part);
  for (const [id, rows] of await readLong({ long, inside, read })) inside.set(id, rows);
  const dense = windows.filter(({ token }) => (lists.get(token.id)?.dayBefore.length ?? 0) > fewBefore);
  const lookedUp = await lookBack(dense, read);
  return new Map(
    [...lists].map(([id, { dayBefore: before, older }]) => [
      id,
      { rows: inside.get(id) ?? [], earlier: lookedUp.get(id) ?? [...older, ...before] },
    ]),
  );
}

/** A price a minute is read as it is. */
const manyADay = 1_440;

const list = (windows: readonly PriceWindow[]): TokenList => ({
  from: 'tokenPriceData',
  match: perTokenWindows('timestamp', windows),
  sort: { timestamp: 1 },
  fields: priceFields,
});

/** All prices of the tokens that have more than a part, when they are not too many. */
async function readLong({
  long,
  inside,
  read,
}: {
  long: readonly PriceWindow[];
  inside: ReadonlyMap<string, readonly StoredPrice[]>;
  read: Reader;
}): Promise<Map<string, StoredPrice[]>> {
  if (long.length === 0) return new Map();
  const { maxPrices, maxRows } = read.settings;
  const tokens = long.map(({ token }) => token);
  const { sort: _sort, fields: _fields, ...counted } = list(long);
  const counts = await readPerToken<{ size: { count: number } }>({
    read,
    tokens,
    lists: { size: { ...counted, limit: maxPrices + 1, count: true } },
  });
  const sizeOf = (id: string): number => counts.get(id)?.size[0]?.count ?? 0;
  refuseTokens(tokens, ({ id }) =>
    sizeOf(id) > maxPrices
      ? {
          tokenId: id,
          problem: `from, to: expected at most ${grouped(maxPrices)} prices in the window, got more; ask for a shorter one.`,
        }
      : undefined,
  );
  const sizes = new Map([...inside].map(([id, rows]) => [id, rows.length]));
  for (const { id } of tokens) sizes.set(id, sizeOf(id));
  const found = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (found > maxRows) throw new RowLimitError({ limit: maxRows, found });
  const lists = await readPerToken<{ inside: StoredPrice }>({ read, tokens, lists: { inside: list(long) } });
  return new Map([...lists].map(([id, rows]) => [id, rows.inside]));
}

/** For each price of the first day of a window the newest that is a day older or more; what lies between them is not read. */
async function lookBack(windows: readonly PriceWindow[], read: Reader): Promise<Map<string, StoredPrice[]>> {
  if (windows.length === 0) return new Map();
  const fields = Object.fromEntries(priceFields.map((field) => [field, 1 as const]));
  const found = await read.aggregate<StoredPrice & { tokenId: string }>('tokenPriceData', [
    { $match: inWindows('timestamp', windows.map(firstDay)) },
    { $sort: { tokenId: 1, timestamp: 1 } },
    {
      $lookup: {
        from: 'tokenPriceData',
        let: { id: '$tokenId', oldest: beginning, limit: { $subtract: ['$timestamp', dayMs] } },
        pipeline: [
          {
            $match: {
              $expr: {
                $and: [
                  { $eq: ['$tokenId', '$$id'] },
                  // Says nothing, but with both ends a range is one of the index.
                  { $gte: ['$timestamp', '$$oldest'] },
                  { $lte: ['$timestamp', '$$limit'] },
                ],
              },
            },
          },
          { $sort: { timestamp: -1 } },
          { $limit: 1 },
          { $project: { _id: 0, tokenId: 1, ...fields } },
        ],
        as: 'before',
      },
    },
    { $unwind: '$before' },
    { $replaceRoot: { newRoot: '$before' } },
  ]);
  return groupByToken(found);
}

/** Prices of a window that look back behind its start. */
function firstDay({ token, lower, upper }: PriceWindow): PriceWindow {
  const end = lower === null ? beginning : new Date(lower.getTime() + dayMs - 1);
  return { token, lower, upper: upper !== null && upper < end ? upper : end };
}

// Before an open start there is nothing.
const beginning = new Date(-1);

const dayBefore = ({ token, lower }: PriceWindow): PriceWindow => ({
  token,
  lower: lower === null ? null : new Date(lower.getTime() - dayMs),
  upper: lower === null ? beginning : new Date(lower.getTime() - 1),
});

const beforeThat = ({ token, lower }: PriceWindow): PriceWindow => ({
  token,
  lower: null,
  upper: lower === null ? beginning : new Date(lower.getTime() - dayMs - 1),
});
