import { decimal, percent } from './oracle-arithmetic.js';
import type { Ledger } from './oracle-numbers.js';

const DAY = 86_400_000;

/** Every price of a ledger as it is answered, oldest first. */
export function priceRowsOf({ prices, supply, decimals }: Pick<Ledger, 'prices' | 'decimals'> & { supply: bigint }) {
  const byTime = [...prices].sort((a, b) => a.time - b.time);
  return byTime.map(({ time, price, volume }) => {
    const before = byTime.filter((other) => other.time <= time - DAY).at(-1);
    return {
      timestamp: new Date(time).toISOString(),
      price: decimal(units(price), 8),
      volume,
      marketCap: decimal(units(price) * supply, 8 + decimals),
      change24h: before ? percent(units(before.price), units(price)) : null,
    };
  });
}

function units(price: string): bigint {
  const [whole = '', fraction = ''] = price.split('.');
  return BigInt(whole + fraction.padEnd(8, '0'));
}
