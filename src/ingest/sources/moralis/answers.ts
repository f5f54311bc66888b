import { z } from 'zod';
import {
  address,
  decimal8,
  hash,
  optionalHash,
  optionalText,
  optionalUint256,
  optionalWhole,
  time,
  uint256,
  whole,
} from './fields.js';

/** One Transfer event as Moralis gives it. Decimal forms of the amount are not read. */
export const transferAnswer = z.object({
  address: address.optional(),
  transaction_hash: hash,
  transaction_index: optionalWhole,
  log_index: whole,
  block_number: whole,
  block_hash: optionalHash,
  block_timestamp: time,
  from_address: address,
  to_address: address,
  value: uint256,
});

/** A holder now; which block that is, Moralis does not say. */
export const ownerAnswer = z.object({ owner_address: address, balance: uint256 });

/** How many holders there are now; undefined where Moralis does not say. */
export const holdersAnswer = z.object({ totalHolders: optionalWhole });

/** What Moralis knows of a contract. */
export const metadataAnswer = z.array(
  z.object({
    address,
    name: optionalText,
    symbol: optionalText,
    decimals: optionalWhole,
    total_supply: optionalUint256,
    block_number: optionalWhole,
  }),
);

/** Price now, or at `toBlock`. */
export const priceAnswer = z.object({
  tokenAddress: address.optional(),
  usdPrice: decimal8.nullish(),
  usdPriceFormatted: decimal8.nullish().catch(undefined),
  blockTimestamp: time.nullish().catch(undefined),
});

/** One candle of a pair. */
export const candleAnswer = z.object({ timestamp: time, close: decimal8, volume: decimal8 });

/** A pair that the token is traded in. */
export const pairAnswer = z.object({
  pair_address: address,
  exchange_name: optionalText,
  liquidity_usd: decimal8.nullish().catch(undefined),
});

/** The block nearest to a date. */
export const dateToBlockAnswer = z.object({ block: whole, timestamp: time, hash: optionalHash });

/** Number of the newest block. */
export const latestBlockAnswer = z.union([whole, z.object({ block_number: whole }).transform((it) => it.block_number)]);

/** A block by its number. */
export const blockAnswer = z.object({ number: whole, hash, timestamp: time });

/** One page of a cursor chain, in both families of names. */
export const pageAnswer = z.object({
  cursor: z.string().nullish(),
  page_size: optionalWhole,
  result: z.array(z.unknown()).nullish(),
});
