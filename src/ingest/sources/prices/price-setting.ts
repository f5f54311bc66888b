import { BadUserInputError } from '../../../errors.js';
import { createFeedPrices } from './feed-prices.js';
import { createPoolPrices } from './pool-prices.js';
import type { PriceChain, PriceReader } from './price-reader.js';

/** Where a token's prices come from, as it is stored: `feed:0x..` (AggregatorV3) or `pool:0x..:0x..` (pool and its US dollar side). */
export type PriceSetting = string;

/** The setting in its stored form; throws BadUserInputError. */
export function parsePriceSetting(text: string): PriceSetting {
  const setting = text.trim().toLowerCase();
  if (/^feed:0x[0-9a-f]{40}$/.test(setting) || /^pool:0x[0-9a-f]{40}:0x[0-9a-f]{40}$/.test(setting)) return setting;
  throw new BadUserInputError(
    `prices: expected feed:ADDRESS of an AggregatorV3 feed, or pool:ADDRESS:USD of a Uniswap-v2-style pool and the token that counts as US dollars; got ${JSON.stringify(text.slice(0, 200))}.`,
  );
}

/** Opens the reader that a setting names. */
export function createPriceReader({
  setting,
  token,
  chain,
}: {
  setting: PriceSetting;
  token: string;
  chain: PriceChain;
}): PriceReader {
  const [kind, address = '', usdToken = ''] = parsePriceSetting(setting).split(':');
  return kind === 'feed'
    ? createFeedPrices({ chain, feed: address })
    : createPoolPrices({ chain, pool: address, token, usdToken });
}
