import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem';
import { SourceError } from '../../../errors.js';
import { type RpcCall, RpcError } from './json-rpc.js';
import type { NodeOptions, Nodes } from './nodes.js';
import { readBytes, toQuantity } from './quantities.js';

/** One read of a contract. */
export interface ContractCall {
  readonly to: string;
  readonly data: `0x${string}`;
}

/** Reads of contracts at a block, or at the newest. */
export interface ContractCalls {
  /** Answers in order; null where a contract reverts. */
  call(
    calls: readonly ContractCall[],
    blockNumber?: number,
    options?: NodeOptions,
  ): Promise<Array<`0x${string}` | null>>;
  /** True when there is code at the address. */
  hasCode(address: string, blockNumber?: number, options?: NodeOptions): Promise<boolean>;
}

/** Several reads go through Multicall3 where it is there at that block, else in batches of single calls. */
export function createContractCalls({
  nodes,
  multicall,
}: {
  nodes: Nodes;
  multicall: string | undefined;
}): ContractCalls {
  const hasCode: ContractCalls['hasCode'] = async (address, blockNumber, options) =>
    await nodes.ask(
      [{ method: 'eth_getCode', params: [address, tagOf(blockNumber)] }],
      ([code]) => readBytes(code, 'eth_getCode').length > 2,
      options,
    );

  // Once there it stays: reads of many tokens at each block do not ask for it each time.
  let thereSince = Number.POSITIVE_INFINITY;
  const hasMulticall = async (blockNumber: number | undefined, options?: NodeOptions): Promise<boolean> => {
    if (multicall === undefined) return false;
    if ((blockNumber ?? Number.MAX_SAFE_INTEGER) >= thereSince) return true;
    const isThere = await hasCode(multicall, blockNumber, options);
    if (isThere && blockNumber !== undefined) thereSince = blockNumber;
    return isThere;
  };

  const single = async (one: ContractCall, blockNumber: number | undefined, options?: NodeOptions) => {
    try {
      return await nodes.ask([toRpc(one, blockNumber)], ([answer]) => readBytes(answer, 'eth_call'), options);
    } catch (error) {
      if (error instanceof RpcError && isRevert(error)) return null;
      if (!(error instanceof RpcError)) throw error;
      throw new SourceError('SOURCE_REFUSED', `${error.message} (block ${tagOf(blockNumber)})`, { cause: error });
    }
  };

  const together = async (some: readonly ContractCall[], blockNumber: number | undefined, options?: NodeOptions) => {
    const args = [
      some.map(({ to, data }) => ({ target: to as `0x${string}`, allowFailure: true, callData: data })),
    ] as const;
    const data = encodeFunctionData({ abi, functionName: 'aggregate3', args });
    const answer = await single({ to: multicall ?? '', data }, blockNumber, options);
    if (answer === null || answer === '0x') return undefined;
    const results = decodeFunctionResult({ abi, functionName: 'aggregate3', data: answer });
    return results.map(({ success, returnData }) => (success ? returnData : null));
  };

  return {
    hasCode,
    call: async (calls, blockNumber, options) => {
      const found: Array<`0x${string}` | null> = [];
      const isTogether = calls.length > 1 && (await hasMulticall(blockNumber, options));
      for (let i = 0; i < calls.length; i += batch) {
        const some = calls.slice(i, i + batch);
        const answers = isTogether ? await together(some, blockNumber, options) : undefined;
        // A contract that eats all gas would take the others with it: then each is asked alone.
        found.push(...(answers ?? (await Promise.all(some.map((one) => single(one, blockNumber, options))))));
      }
      return found;
    },
  };
}

const abi = parseAbi([
  'struct Call { address target; bool allowFailure; bytes callData; }',
  'struct Result { bool success; bytes returnData; }',
  'function aggregate3(Call[] calls) view returns (Result[])',
]);

function toRpc({ to, data }: ContractCall, blockNumber: number | undefined): RpcCall {
  return { method: 'eth_call', params: [{ to, data }, tagOf(blockNumber)] };
}

function tagOf(blockNumber: number | undefined): string {
  return blockNumber === undefined ? 'latest' : toQuantity(blockNumber);
}

function isRevert({ rpcCode, message }: RpcError): boolean {
  return rpcCode === 3 || /revert|invalid opcode|out of gas|stack underflow|bad jump/i.test(message);
}

const batch = 200;
