import { BadUserInputError } from '../../../errors.js';
import type { MoralisSource } from '../moralis/moralis-source.js';
import { createCandlePrices } from './candle-prices.js';
import { createFeedPrices } from './feed-prices.js';
import { createPoolPrices } from './pool-prices.js';
import type { PriceChain, PriceReader } from './price-reader.js';

/**
 * Where a token's prices come from, as it is stored: `feed:0x..` (AggregatorV3), `pool:0x..:0x..` (pool and its US dollar side), or
 * `candles:0x..` (a pair as Moralis has it).
 */
export type PriceSetting = string;

/** The setting in its stored form; throws BadUserInputError. */
export function parsePriceSetting(text: string): PriceSetting {
  const setting = text.trim().toLowerCase();
  if (/^((feed|candles):0x[0-9a-f]{40}|pool:0x[0-9a-f]{40}:0x[0-9a-f]{40})$/.test(setting)) return setting;
  throw new BadUserInputError(
    `prices: expected feed:ADDRESS of an AggregatorV3 feed, pool:ADDRESS:USD of a Uniswap-v2-style pool and the token that counts as US dollars, or candles:ADDRESS of a pair that Moralis knows; got ${JSON.stringify(text.slice(0, 200))}.`,
  );
}

/** Opens the reader that a setting names; throws BadUserInputError where what it reads from is not configured. */
export function createPriceReader({ setting, address, chain, market, onNone = () => undefined }: Opening): PriceReader {
  const [kind, place = '', usdToken = ''] = parsePriceSetting(setting).split(':');
  if (kind === 'candles') {
    if (market) return createCandlePrices({ market, pair: place, onNone });
    throw new BadUserInputError('candles come from Moralis: set MORALIS_API_KEY.');
  }
  if (!chain) throw new BadUserInputError(`a ${kind} is read from the chain: set RPC_URL.`);
  return kind === 'feed'
    ? createFeedPrices({ chain, feed: place })
    : createPoolPrices({ chain, pool: place, token: address, usdToken });
}

interface Opening {
  readonly setting: PriceSetting;
  /** Contract of the token. */
  readonly address: string;
  readonly chain?: PriceChain | undefined;
  readonly market?: Pick<MoralisSource, 'ohlcv'> | undefined;
  /** Is told why there are no prices to be had. */
  readonly onNone?: (reason: string) => void;
}
