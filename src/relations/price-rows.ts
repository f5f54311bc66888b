import { formatUnits, parseUnits, percentChange } from '../models/amount.js';
import { dayMs } from '../models/calendar.js';
import type { TokenPriceData } from '../models/token-price-data.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { supplyOf } from '../models/token-totals.js';
import type { OfToken } from './relation.js';

/** A price as it is stored. */
export type StoredPrice = Pick<TokenPriceData, 'timestamp' | 'price' | 'volume'>;

/** The stored fields that a price row is made of. */
export const priceFields = ['timestamp', 'price', 'volume'] as const satisfies ReadonlyArray<keyof StoredPrice>;

/**
 * Public rows of stored prices. `earlier` holds, oldest first, what precedes the rows as far as change24h looks back; rows rise by time
 * as well.
 */
export function toPriceRows({
  token,
  rows,
  earlier,
}: {
  token: TokenSnapshot;
  rows: readonly StoredPrice[];
  earlier: readonly StoredPrice[];
}): Array<OfToken<TokenPriceData>> {
  const supply = supplyOf(token.totals);
  const known = [...earlier, ...rows];
  let next = 0;
  return rows.map(({ timestamp, price, volume }) => {
    const limit = timestamp.getTime() - dayMs;
    while ((known[next]?.timestamp.getTime() ?? Number.POSITIVE_INFINITY) <= limit) next += 1;
    const before = known[next - 1];
    const units = toUnits(price);
    return {
      tokenId: token.id,
      timestamp: timestamp.toISOString(),
      price: formatUnits(units, pricePlaces),
      volume,
      marketCap: formatUnits(units * supply, pricePlaces + token.decimals),
      change24h: before ? percentChange(toUnits(before.price), units) : null,
    };
  });
}

const pricePlaces = 8;

function toUnits(price: string): bigint {
  const units = parseUnits(price, pricePlaces);
  if (units !== undefined) return units;
  throw new RangeError(
    `A stored price is a plain decimal with at most ${pricePlaces} places, got ${JSON.stringify(price)}.`,
  );
}
