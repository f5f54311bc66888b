import { decodeFunctionData, encodeErrorResult, encodeFunctionResult, type Hex, parseAbi, stringToHex } from 'viem';
import type { Chain, ChainToken } from './rpc-double-chain.js';
import { balancesOnChain, supplyOnChain, transfersOnChain } from './rpc-double-truth.js';

const abi = parseAbi([
  'function name() view returns (string)',
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function totalSupply() view returns (uint256)',
  'function balanceOf(address wallet) view returns (uint256)',
  'struct Call { address target; bool allowFailure; bytes callData; }',
  'struct Result { bool success; bytes returnData; }',
  'function aggregate3(Call[] calls) payable returns (Result[] results)',
  'error Error(string reason)',
]);
const bytes32 = parseAbi(['function name() view returns (bytes32)', 'function symbol() view returns (bytes32)']);

/** Where Multicall3 stands on a chain that has it. */
export const multicallAddress = '0xca11bde05977b3631167028862be2a173976ca11';

/** The call reverts, with the data that a node would answer. */
export class Reverted extends Error {
  readonly data: Hex = encodeErrorResult({ abi, errorName: 'Error', args: ['no such function'] });
}

/** What eth_call answers, from the truth at a block. Throws Reverted. */
export function callContract(chain: Chain, request: CallRequest): Hex {
  const { to, data, blockNumber, multicall } = request;
  if (multicall && to === multicallAddress) return aggregate(chain, request);
  const contract = chain.options.contracts.find(({ address }) => address === to);
  const block = chain.block(blockNumber);
  if (contract && block) {
    const answer = contract.answer({ data, block });
    if (answer === undefined) throw new Reverted();
    return answer;
  }
  const token = chain.options.tokens.find(({ address, createdAt }) => address === to && createdAt <= blockNumber);
  // An address without code answers nothing and does not fail.
  if (!token) return '0x';
  return callToken(chain, { token, data, blockNumber });
}

/** A call at a block. */
export interface CallRequest {
  readonly to: string;
  readonly data: Hex;
  readonly blockNumber: number;
  readonly multicall: boolean;
}

function callToken(
  chain: Chain,
  { token, data, blockNumber }: { token: ChainToken; data: Hex; blockNumber: number },
): Hex {
  const call = decode(data);
  if (call.functionName === 'name' || call.functionName === 'symbol') {
    const { functionName } = call;
    const text = token[functionName];
    if (token.labels === null) throw new Reverted();
    if (token.labels === 'string') return encodeFunctionResult({ abi, functionName, result: text });
    return encodeFunctionResult({ abi: bytes32, functionName, result: stringToHex(text, { size: 32 }) });
  }
  if (call.functionName === 'decimals') {
    if (token.decimals === null) throw new Reverted();
    return encodeFunctionResult({ abi, functionName: 'decimals', result: token.decimals });
  }
  const { balances, supply } = stateAt(chain, token.address, blockNumber);
  if (call.functionName === 'totalSupply') {
    return encodeFunctionResult({ abi, functionName: 'totalSupply', result: supply });
  }
  if (call.functionName === 'balanceOf') {
    const result = balances.get(call.args[0].toLowerCase()) ?? 0n;
    return encodeFunctionResult({ abi, functionName: 'balanceOf', result });
  }
  throw new Reverted();
}

function aggregate(chain: Chain, request: CallRequest): Hex {
  const call = decode(request.data);
  if (call.functionName !== 'aggregate3') throw new Reverted();
  const result = call.args[0].map(({ target, callData, allowFailure }) => {
    try {
      return {
        success: true,
        returnData: callContract(chain, { ...request, to: target.toLowerCase(), data: callData }),
      };
    } catch (error) {
      if (!(error instanceof Reverted) || !allowFailure) throw error;
      return { success: false, returnData: error.data };
    }
  });
  return encodeFunctionResult({ abi, functionName: 'aggregate3', result });
}

function decode(data: Hex) {
  try {
    return decodeFunctionData({ abi, data });
  } catch (error) {
    throw new Reverted('unknown selector', { cause: error });
  }
}

function stateAt(chain: Chain, address: string, blockNumber: number) {
  const hash = chain.block(blockNumber)?.hash;
  const key = `${address} ${hash}`;
  const states = remembered.get(chain) ?? new Map<string, State>();
  remembered.set(chain, states);
  let state = states.get(key);
  if (!state) {
    const transfers = transfersOnChain(chain, address, blockNumber);
    state = { balances: balancesOnChain(transfers), supply: supplyOnChain(transfers) };
    if (states.size > 20) states.clear();
    states.set(key, state);
  }
  return state;
}

interface State {
  readonly balances: ReadonlyMap<string, bigint>;
  readonly supply: bigint;
}

const remembered = new WeakMap<Chain, Map<string, State>>();
