import {
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionResult,
  type Hex,
  parseAbi,
  toEventSelector,
} from 'viem';
import { createRandom } from '../ingest/support.js';
import type { Chain, ChainBlock, ChainContract } from './rpc-double-chain.js';

const abi = parseAbi([
  'function decimals() view returns (uint8)',
  'function token0() view returns (address)',
  'function token1() view returns (address)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
  'function getRoundData(uint80 roundId) view returns (uint80, int256, uint256, uint256, uint80)',
]);
const swapTopic = toEventSelector('Swap(address,uint256,uint256,uint256,uint256,address)');
const every = 5;

/** A price as the chain has it. */
export interface TruePrice {
  /** Milliseconds. */
  readonly time: number;
  readonly price: number;
}

/** An AggregatorV3 feed with 8 digits, a round in every fifth block; what it answers hangs on the hash of that block. */
export function createFeedContract(address: string, chain: () => Chain): ChainContract {
  const roundOf = (id: bigint, at: ChainBlock): readonly bigint[] | undefined => {
    const block = Number(id) * every <= at.number ? chain().block(Number(id) * every) : undefined;
    if (!block || id === 0n) return undefined;
    return [id, BigInt(feedAnswer(block)), 0n, BigInt(block.timestamp), id];
  };
  return {
    address,
    logs: () => [],
    answer: ({ data, block }) => {
      const { functionName, args } = decodeFunctionData({ abi, data });
      if (functionName === 'decimals') return encodeFunctionResult({ abi, functionName, result: 8 });
      if (functionName !== 'latestRoundData' && functionName !== 'getRoundData') return undefined;
      const round = roundOf(args?.[0] ?? BigInt(Math.floor(block.number / every)), block);
      return round && encodeFunctionResult({ abi, functionName, result: round as never });
    },
  };
}

/** Rounds of the feed, oldest first. */
export function feedPrices(chain: Chain): TruePrice[] {
  const prices: TruePrice[] = [];
  for (let number = every; number <= chain.head.number; number += every) {
    const block = chain.block(number);
    if (block) prices.push({ time: block.timestamp * 1_000, price: feedAnswer(block) / 1e8 });
  }
  return prices;
}

/** A pool of the token and of dollars with 6 decimals: swaps of 10 tokens in some blocks, at a price that forks do not share. */
export function createPoolContract({ address, token, usd, seed }: PoolOptions): ChainContract {
  return {
    address,
    logs: (place) => {
      const paid = paidFor({ seed, ...place });
      if (paid === undefined) return [];
      const amounts = [0n, paid, 10n * 10n ** 18n, 0n].map((value) => ({ type: 'uint256', value }) as const);
      const data = encodeAbiParameters(
        amounts.map(({ type }) => ({ type })),
        amounts.map(({ value }) => value),
      );
      return [{ topics: [swapTopic, topicOf(token), topicOf(usd)], data }];
    },
    answer: ({ data }) => {
      const { functionName } = decodeFunctionData({ abi, data });
      if (functionName === 'token0') return encodeFunctionResult({ abi, functionName, result: token as Hex });
      if (functionName === 'token1') return encodeFunctionResult({ abi, functionName, result: usd as Hex });
      return undefined;
    },
  };
}

/** Prices of the pool's swaps, oldest first, by the logs that the chain has. */
export function poolPrices(chain: Chain, pool: string): TruePrice[] {
  const prices: TruePrice[] = [];
  for (let number = 0; number <= chain.head.number; number += 1) {
    const block = chain.block(number);
    const swap = block?.logs.find(({ address }) => address === pool);
    if (!block || !swap) continue;
    const paid = BigInt(`0x${swap.data.slice(2 + 64, 2 + 128)}`);
    prices.push({ time: block.timestamp * 1_000, price: Number(paid) / 1e7 });
  }
  return prices;
}

/** A token that has nothing but 6 decimals. */
export function createDollarContract(address: string): ChainContract {
  return {
    address,
    logs: () => [],
    answer: () => encodeFunctionResult({ abi, functionName: 'decimals', result: 6 }),
  };
}

interface PoolOptions {
  readonly address: string;
  readonly token: string;
  readonly usd: string;
  readonly seed: number;
}

/** Between 1 and 2 dollars, with 8 digits. */
function feedAnswer({ hash }: ChainBlock): number {
  return 100_000_000 + (Number.parseInt(hash.slice(2, 10), 16) % 100_000_000);
}

/** Dollars for 10 tokens in a block; most blocks have no swap. */
function paidFor({ seed, number, fork }: { seed: number; number: number; fork: number }): bigint | undefined {
  const random = createRandom((seed + number * 7_907 + fork * 15_485_863) >>> 0);
  random();
  if (number < 10 || random() > 0.4) return undefined;
  return 10_000_000n + BigInt(Math.floor(random() * 10_000_000));
}

function topicOf(address: string): string {
  return `0x${address.slice(2).padStart(64, '0')}`;
}
