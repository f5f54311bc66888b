import { encodeFunctionData, parseAbi } from 'viem';
import { SourceError, TokenNotFoundError } from '../../../errors.js';
import type { TokenFacts } from '../source.js';
import type { ContractCalls } from './contract-calls.js';
import { RpcError } from './json-rpc.js';

/** What an ERC-20 contract says about itself. */
export interface TokenCalls {
  /** Throws TokenNotFoundError where there is no code. Fields that revert or make no sense are undefined; decimals are as given. */
  describe(address: string): Promise<TokenFacts>;
  totalSupply(request: { address: string; blockNumber: number; signal?: AbortSignal }): Promise<bigint>;
  /** Of many contracts at once; null where one reverts. */
  supplies(request: { addresses: readonly string[]; blockNumber: number }): Promise<Map<string, bigint | null>>;
  balances(request: {
    address: string;
    wallets: readonly string[];
    blockNumber: number;
    signal?: AbortSignal;
  }): Promise<Map<string, bigint>>;
  /** First block with the contract; 0 where nodes do not tell old code. */
  creation(address: string, head: number, signal?: AbortSignal): Promise<number>;
}

/** Reads through contract calls. */
export function createTokenCalls({ contracts }: { contracts: ContractCalls }): TokenCalls {
  const number = (answer: string | null | undefined): bigint | undefined =>
    answer && answer.length >= 66 ? BigInt(answer.slice(0, 66)) : undefined;
  const given = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

  const needed = (answer: string | null | undefined, what: string): bigint => {
    const value = number(answer);
    if (value === undefined)
      throw new SourceError('SOURCE_REFUSED', `${what} has no answer: it is no ERC-20 contract.`);
    return value;
  };

  return {
    describe: async (address) => {
      if (!(await contracts.hasCode(address))) throw new TokenNotFoundError({ token: address });
      const data = [calls.name, calls.symbol, calls.decimals, calls.totalSupply];
      const [name, symbol, decimals, supply] = await contracts.call(data.map((one) => ({ to: address, data: one })));
      const places = number(decimals);
      return {
        name: readText(name),
        symbol: readText(symbol),
        decimals: places !== undefined && places <= 255n ? Number(places) : undefined,
        totalSupply: number(supply),
      };
    },
    totalSupply: async ({ address, blockNumber, signal }) => {
      const [answer] = await contracts.call([{ to: address, data: calls.totalSupply }], blockNumber, given(signal));
      return needed(answer, `totalSupply() of ${address}`);
    },
    supplies: async ({ addresses, blockNumber }) => {
      const questions = addresses.map((to) => ({ to, data: calls.totalSupply }));
      const answers = await contracts.call(questions, blockNumber);
      return new Map(addresses.map((address, i) => [address, number(answers[i]) ?? null]));
    },
    balances: async ({ address, wallets, blockNumber, signal }) => {
      const questions = wallets.map((wallet) => ({ to: address, data: balanceOf(wallet) }));
      const answers = await contracts.call(questions, blockNumber, given(signal));
      return new Map(wallets.map((wallet, i) => [wallet, needed(answers[i], `balanceOf(${wallet}) of ${address}`)]));
    },
    creation: async (address, head, signal) => {
      try {
        if (!(await contracts.hasCode(address, head, given(signal)))) throw new TokenNotFoundError({ token: address });
        let low = 0;
        let high = head;
        while (low < high) {
          const middle = Math.floor((low + high) / 2);
          if (await contracts.hasCode(address, middle, given(signal))) high = middle;
          else low = middle + 1;
        }
        return low;
      } catch (error) {
        if (error instanceof RpcError) return 0;
        throw error;
      }
    },
  };
}

const abi = parseAbi([
  'function name() view returns (string)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function totalSupply() view returns (uint256)',
  'function balanceOf(address) view returns (uint256)',
]);

const calls = {
  name: encodeFunctionData({ abi, functionName: 'name' }),
  symbol: encodeFunctionData({ abi, functionName: 'symbol' }),
  decimals: encodeFunctionData({ abi, functionName: 'decimals' }),
  totalSupply: encodeFunctionData({ abi, functionName: 'totalSupply' }),
} as const;

function balanceOf(wallet: string): `0x${string}` {
  return encodeFunctionData({ abi, functionName: 'balanceOf', args: [wallet as `0x${string}`] });
}

/** A string as the standard returns it, or the bytes32 of tokens older than it. */
function readText(answer: string | null | undefined): string | undefined {
  const bytes = Buffer.from(answer?.slice(2) ?? '', 'hex');
  const start = bytes.length > 32 ? Number(BigInt(`0x${bytes.toString('hex', 0, 32)}`)) : Number.NaN;
  if (bytes.length === 32) return clean(bytes);
  if (!(start + 32 <= bytes.length)) return undefined;
  const length = Number(BigInt(`0x${bytes.toString('hex', start, start + 32)}`));
  return start + 32 + length <= bytes.length ? clean(bytes.subarray(start + 32, start + 32 + length)) : undefined;
}

function clean(bytes: Buffer): string | undefined {
  return bytes.toString('utf8').replaceAll('\0', '').trim() || undefined;
}
