import { type Abi, decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem';
import { BadUserInputError } from '../../../errors.js';
import { formatQuotient } from '../../../models/amount.js';
import type { PriceInput } from '../../batch.js';
import type { PriceChain, PriceReader } from './price-reader.js';

/**
 * Prices of a feed with the AggregatorV3 interface (Chainlink, RedStone): each round once, at the time it was updated. The newest round is
 * looked at when the chain's newest block is reached; rounds that were missed since the newest stored price are read backwards from it,
 * where the feed keeps them, up to `mostRounds`. A feed knows no volume.
 */
export function createFeedPrices({
  chain,
  feed,
  mostRounds = 2_000,
}: {
  chain: Pick<PriceChain, 'call'>;
  feed: string;
  mostRounds?: number;
}): PriceReader {
  let decimals: number | undefined;
  const ask = async (functionName: string, args: readonly unknown[] = [], blockNumber?: number): Promise<unknown> => {
    const data = encodeFunctionData({ abi, functionName, args });
    const answer = await chain.call({ to: feed, data, ...(blockNumber === undefined ? {} : { blockNumber }) });
    if (answer === null) return undefined;
    if (answer === '0x') {
      throw new BadUserInputError(
        `The price feed ${feed} is no AggregatorV3 contract: ${functionName}() has no answer.`,
      );
    }
    return decodeFunctionResult({ abi, functionName, data: answer });
  };

  return {
    read: async ({ toBlock, finalizedBlock, isHead, newest, signal }) => {
      if (!isHead) return [];
      decimals ??= toDecimals(await ask('decimals'), feed);
      const places = decimals;
      const found: PriceInput[] = [];
      let round = toRound(await ask('latestRoundData', [], toBlock));
      let oldest = Number.POSITIVE_INFINITY;
      for (let seen = 0; round && (newest === null || round.time > newest) && seen < mostRounds; seen += 1) {
        // The newest rounds without those before them would hide the gap from the next call.
        signal.throwIfAborted();
        // Of several rounds of one second the newest is the price of that instant.
        if (round.answer > 0n && round.time < oldest) {
          found.push(toPrice({ feed, round, places, block: tiedTo(toBlock, finalizedBlock) }));
          oldest = round.time;
        }
        const earlier: Round | undefined =
          round.id > 1n ? toRound(await ask('getRoundData', [round.id - 1n], toBlock)) : undefined;
        // A feed that keeps no history reverts, or answers the newest round again.
        round = earlier && earlier.id < round.id && earlier.time <= round.time ? earlier : undefined;
      }
      return found.reverse();
    },
  };
}

const abi: Abi = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
  'function getRoundData(uint80 roundId) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
]);

function toDecimals(answer: unknown, feed: string): number {
  if (typeof answer === 'number') return answer;
  throw new BadUserInputError(`The price feed ${feed} is no AggregatorV3 contract: decimals() reverts.`);
}

interface Round {
  readonly id: bigint;
  readonly answer: bigint;
  /** Milliseconds. */
  readonly time: number;
}

/** A round that was never finished has no time. */
function toRound(result: unknown): Round | undefined {
  if (result === undefined) return undefined;
  const [id, answer, , updatedAt] = result as readonly [bigint, bigint, bigint, bigint];
  return updatedAt === 0n ? undefined : { id, answer, time: Number(updatedAt) * 1_000 };
}

/** While the block may still be replaced, the price goes with it. */
function tiedTo(block: number, finalizedBlock: number | null): number | undefined {
  return finalizedBlock !== null && block <= finalizedBlock ? undefined : block;
}

function toPrice({
  feed,
  round,
  places,
  block,
}: {
  feed: string;
  round: Round;
  places: number;
  block: number | undefined;
}): PriceInput {
  return {
    timestamp: round.time,
    price: formatQuotient(round.answer, 10n ** BigInt(places), 8),
    volume: '0',
    where: `feed ${feed}, round ${round.id}`,
    ...(block === undefined ? {} : { blockNumber: block }),
  };
}
