import { type Abi, decodeFunctionResult, encodeFunctionData, parseAbi, toEventSelector } from 'viem';
import { BadUserInputError } from '../../../errors.js';
import { formatQuotient, formatUnits } from '../../../models/amount.js';
import type { PriceInput } from '../../batch.js';
import { type PriceChain, type PriceLog, type PriceReader, secondBlocks } from './price-reader.js';

/**
 * Prices of the swaps of a Uniswap-v2-style pool (Uniswap v2, Velodrome v2) one side of which counts as US dollars: a row for each second
 * with swaps, which on most chains is a block, at the block's time. Its price is what was paid for all tokens swapped then divided by
 * these, rounded once to 8 places, so that a swap of dust cannot set it; its volume is what was paid. Where blocks of one second come in
 * two reads, the second read begins with them all, so that its row holds the whole second.
 */
export function createPoolPrices({ chain, pool, token, usdToken }: Pool): PriceReader {
  let sides: Promise<Sides> | undefined;
  const openSides = (): Promise<Sides> => {
    sides ??= readSides({ chain, pool, token, usdToken }).catch((error: unknown) => {
      sides = undefined;
      throw error;
    });
    return sides;
  };
  return {
    read: async ({ fromBlock, toBlock, signal }) => {
      const { isFirst, decimals, usdDecimals } = await openSides();
      const read = (from: number, to: number) =>
        chain.logs({ address: pool, topics: [swapTopics], fromBlock: from, toBlock: to, signal });
      const logs = await read(fromBlock, toBlock);
      const earlier = logs[0] ? await readSecond(read, logs[0]) : [];
      return [...sumSeconds([...earlier, ...logs], isFirst)].flatMap(([time, sum]): PriceInput[] => {
        const { blockNumber, tokens, usd } = sum;
        if (tokens === 0n || usd === 0n) return [];
        return [
          {
            timestamp: time,
            price: formatQuotient(usd * 10n ** BigInt(decimals), tokens * 10n ** BigInt(usdDecimals), 8),
            volume: formatUnits(usd, usdDecimals),
            blockNumber,
            where: `pool ${pool}, block ${blockNumber}`,
          },
        ];
      });
    },
  };
}

const abi: Abi = parseAbi([
  'function token0() view returns (address)',
  'function token1() view returns (address)',
  'function decimals() view returns (uint8)',
]);

/** Uniswap v2 and Velodrome v2 put `to` in different places; the data of both is the four amounts. */
const swapTopics = [
  toEventSelector('Swap(address,uint256,uint256,uint256,uint256,address)'),
  toEventSelector('Swap(address,address,uint256,uint256,uint256,uint256)'),
];

/** A pool, the token whose price is wanted, and the other side, which counts as US dollars. */
interface Pool {
  readonly chain: PriceChain;
  readonly pool: string;
  readonly token: string;
  readonly usdToken: string;
}

interface Sides {
  /** True when the token is token0 of the pool. */
  readonly isFirst: boolean;
  readonly decimals: number;
  readonly usdDecimals: number;
}

async function readSides({ chain, pool, token, usdToken }: Pool): Promise<Sides> {
  const ask = async (to: string, functionName: string): Promise<unknown> => {
    const answer = await chain.call({ to, data: encodeFunctionData({ abi, functionName }) });
    if (answer === null || answer === '0x')
      throw new BadUserInputError(`The pool ${pool}: ${to} has no ${functionName}().`);
    return decodeFunctionResult({ abi, functionName, data: answer });
  };
  const found = (await Promise.all([ask(pool, 'token0'), ask(pool, 'token1')])).map((side) =>
    String(side).toLowerCase(),
  );
  const wanted = [token, usdToken];
  if (!found.every((side) => wanted.includes(side)) || found[0] === found[1]) {
    throw new BadUserInputError(
      `The pool ${pool} swaps ${found.join(' and ')}, expected the token ${token} and the US dollar side ${usdToken}.`,
    );
  }
  const [decimals, usdDecimals] = await Promise.all([ask(token, 'decimals'), ask(usdToken, 'decimals')]);
  return { isFirst: found[0] === token, decimals: Number(decimals), usdDecimals: Number(usdDecimals) };
}

/** Swaps in blocks before the first one of a read that have the same time. Nobody knows how many such blocks there are. */
async function readSecond(read: (from: number, to: number) => Promise<readonly PriceLog[]>, first: PriceLog) {
  const found: PriceLog[] = [];
  for (let to = first.blockNumber - 1; to >= 0; to -= secondBlocks) {
    const logs = await read(Math.max(0, to - secondBlocks + 1), to);
    const same = logs.filter(({ time }) => time === first.time);
    found.unshift(...same);
    // A block of an earlier time ends it; so does a step without a swap.
    if (same.length === 0 || same.length < logs.length) break;
  }
  return found;
}

interface SecondSum {
  /** The newest block of the second: a reorg that leaves it in place leaves all of them. */
  blockNumber: number;
  tokens: bigint;
  usd: bigint;
}

function sumSeconds(logs: readonly PriceLog[], isFirst: boolean): Map<number, SecondSum> {
  const seconds = new Map<number, SecondSum>();
  for (const { blockNumber, time, data } of logs) {
    const amounts = parseAmounts(data);
    if (!amounts) continue;
    const [in0, in1, out0, out1] = amounts;
    const moved = [distance(in0, out0), distance(in1, out1)] as const;
    const [tokens, usd] = isFirst ? moved : [moved[1], moved[0]];
    // A flash loan that was paid back in kind moved one side only: nothing was priced.
    if (tokens === 0n || usd === 0n) continue;
    const sum = seconds.get(time) ?? { blockNumber, tokens: 0n, usd: 0n };
    seconds.set(time, sum);
    sum.blockNumber = blockNumber;
    sum.tokens += tokens;
    sum.usd += usd;
  }
  return seconds;
}

function parseAmounts(data: string): [bigint, bigint, bigint, bigint] | undefined {
  if (!/^0x[0-9a-f]{256}$/i.test(data)) return undefined;
  const word = (n: number): bigint => BigInt(`0x${data.slice(2 + n * 64, 66 + n * 64)}`);
  return [word(0), word(1), word(2), word(3)];
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
