import { encodeFunctionData, type Hex, parseAbi } from 'viem';
import type { Anvil, AnvilCall } from './anvil.js';
import type { AnvilToken } from './anvil-token.js';
import type { ChainTruth } from './chain-truth.js';
import { transferTopic } from './rpc-double-content.js';
import type { TrueTransfer } from './rpc-double-truth.js';

const abi = parseAbi([
  'function balanceOf(address) view returns (uint256)',
  'function totalSupply() view returns (uint256)',
]);
const zero = `0x${'0'.repeat(40)}`;

/** Asks a real node for everything that the store has to equal, block by block, by nothing but plain JSON-RPC. */
export async function readTruth(anvil: Anvil, { address }: Pick<AnvilToken, 'address'>): Promise<ChainTruth> {
  const head = await anvil.ask<JsonBlock>('eth_getBlockByNumber', ['latest', false]);
  const final = await anvil.ask<JsonBlock>('eth_getBlockByNumber', ['finalized', false]);
  const count = Number(head.number) + 1;
  const blocks = await inBatches(anvil, count, (n) => ['eth_getBlockByNumber', [hex(n), false]]);
  const hashes = blocks.map((block) => (block as JsonBlock).hash);
  const times = blocks.map((block) => Number((block as JsonBlock).timestamp) * 1_000);
  const logs = (await inBatches(anvil, count, (n) => ['eth_getLogs', [{ blockHash: hashes[n], address }]])).flat();
  const transfers = (logs as JsonLog[])
    .filter(({ topics }) => topics[0] === transferTopic)
    .map((log): TrueTransfer => {
      const blockNumber = Number(log.blockNumber);
      return {
        blockNumber,
        blockHash: log.blockHash,
        logIndex: Number(log.logIndex),
        time: times[blockNumber] ?? 0,
        transactionHash: log.transactionHash,
        fromAddress: `0x${log.topics[1]?.slice(-40)}`,
        toAddress: `0x${log.topics[2]?.slice(-40)}`,
        value: BigInt(log.data),
      };
    });
  const wallets = [...new Set(transfers.flatMap(({ fromAddress, toAddress }) => [fromAddress, toAddress]))].filter(
    (wallet) => wallet !== zero,
  );
  const call = (data: Hex): AnvilCall => ['eth_call', [{ to: address, data }, head.number]];
  const answers = await inBatches(anvil, wallets.length, (n) =>
    call(encodeFunctionData({ abi, functionName: 'balanceOf', args: [wallets[n] as Hex] })),
  );
  const [supply] = await anvil.batch([call(encodeFunctionData({ abi, functionName: 'totalSupply' }))]);
  return {
    address,
    decimals: 18,
    transfers,
    balances: new Map(wallets.map((wallet, n) => [wallet, BigInt(answers[n] as string)])),
    totalSupply: BigInt(supply as string),
    head: { blockNumber: Number(head.number), blockHash: head.hash, time: Number(head.timestamp) * 1_000 },
    finalizedBlock: Number(final.number),
    hashOf: (blockNumber) => hashes[blockNumber],
  };
}

interface JsonBlock {
  readonly number: string;
  readonly hash: string;
  readonly timestamp: string;
}

interface JsonLog {
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logIndex: string;
  readonly transactionHash: string;
  readonly topics: readonly string[];
  readonly data: string;
}

async function inBatches(anvil: Anvil, count: number, call: (n: number) => AnvilCall): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let from = 0; from < count; from += 500) {
    const calls = Array.from({ length: Math.min(500, count - from) }, (_, i) => call(from + i));
    results.push(...(await anvil.batch(calls)));
  }
  return results;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
