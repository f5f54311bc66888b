import {
  type Abi,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionResult,
  parseAbi,
  toEventSelector,
} from 'viem';
import type { PriceChain, PriceLog } from '../../../src/ingest/sources/prices/price-reader.js';

/** What the contracts of a scripted chain answer, by address and function; `undefined` reverts, an absent contract answers nothing. */
export type Contracts = Readonly<Record<string, Readonly<Record<string, (...args: bigint[]) => unknown>>>>;

/** A chain whose contracts and events are written down by a test; counts its calls. */
export function createScriptedChain({ contracts, logs = [] }: { contracts: Contracts; logs?: readonly SwapLog[] }) {
  const calls: string[] = [];
  const chain: PriceChain = {
    call: async ({ to, data, blockNumber }) => {
      const { functionName, args = [] } = decodeFunctionData({ abi, data }) as {
        functionName: string;
        args?: bigint[];
      };
      calls.push(`${functionName}(${args.join()})${blockNumber === undefined ? '' : ` at ${blockNumber}`}`);
      const contract = contracts[to];
      if (!contract) return '0x';
      const result = contract[functionName]?.(...args);
      if (result === undefined) return null;
      return encodeFunctionResult({ abi, functionName, result: result as never });
    },
    logs: async ({ address, topics, fromBlock, toBlock }) => {
      const wanted = topics[0];
      return logs.filter(
        (log) =>
          log.address === address &&
          (Array.isArray(wanted) ? wanted.includes(log.topics[0]) : wanted === log.topics[0]) &&
          log.blockNumber >= fromBlock &&
          log.blockNumber <= toBlock,
      );
    },
  };
  return { chain, calls };
}

/** A Swap event; `amounts` are in0, in1, out0, out1. */
export function swapLog({
  address,
  blockNumber,
  amounts,
  logIndex = 0,
  signature = 'Swap(address,uint256,uint256,uint256,uint256,address)',
}: {
  address: string;
  blockNumber: number;
  amounts: readonly [bigint, bigint, bigint, bigint];
  logIndex?: number;
  signature?: string;
}): SwapLog {
  const types = amounts.map(() => ({ type: 'uint256' }) as const);
  return {
    address,
    blockNumber,
    logIndex,
    time: timeOf(blockNumber),
    topics: [toEventSelector(signature)],
    data: encodeAbiParameters(types, [...amounts]),
  };
}

/** Time of a block of a scripted chain. */
export const timeOf = (blockNumber: number): number => Date.UTC(2026, 0, 1) + blockNumber * 2_000;

/** An event and the contract that it comes from. */
export interface SwapLog extends PriceLog {
  readonly address: string;
}

const abi: Abi = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
  'function getRoundData(uint80) view returns (uint80, int256, uint256, uint256, uint80)',
  'function token0() view returns (address)',
  'function token1() view returns (address)',
]);
