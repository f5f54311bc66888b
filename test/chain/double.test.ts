import { createPublicClient, http, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RpcDouble, startRpcDouble } from '../support/rpc-double.js';
import { createChain, defaultTokens } from '../support/rpc-double-chain.js';
import { multicallAddress } from '../support/rpc-double-contract.js';
import { lieNames } from '../support/rpc-double-lies.js';
import { balancesOnChain, supplyOnChain, transfersOnChain } from '../support/rpc-double-truth.js';

const [alpha, beta] = defaultTokens;
const address = alpha.address as `0x${string}`;
const abi = parseAbi([
  'function name() view returns (string)',
  'function totalSupply() view returns (uint256)',
  'function balanceOf(address) view returns (uint256)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]);

describe('the double of a node', () => {
  let node: RpcDouble;
  const client = () =>
    createPublicClient({
      transport: http(node.url, { retryCount: 0, batch: true }),
      chain: {
        id: 31_337,
        name: 'double',
        nativeCurrency: { name: 'E', symbol: 'E', decimals: 18 },
        rpcUrls: { default: { http: [node.url] } },
        contracts: { multicall3: { address: multicallAddress } },
      },
    });
  beforeAll(async () => {
    const chain = createChain({ seed: 5 });
    chain.mine(300);
    node = await startRpcDouble({ chain });
  });
  afterAll(() => node?.close());

  it('answers an ordinary client what is true', async () => {
    const { chain } = node;
    const truth = transfersOnChain(chain, address);
    expect(truth.length).toBeGreaterThan(100);
    const logs = await client().getContractEvents({ address, abi, strict: true, fromBlock: 0n, toBlock: 300n });
    expect(logs.map(({ blockHash, logIndex, args }) => [blockHash, logIndex, args.value])).toEqual(
      truth.map(({ blockHash, logIndex, value }) => [blockHash, logIndex, value]),
    );
    const wallets = [...balancesOnChain(truth)];
    const balances = await client().multicall({
      allowFailure: false,
      contracts: [
        ...wallets.map(([wallet]) => ({
          address,
          abi,
          functionName: 'balanceOf' as const,
          args: [wallet as `0x${string}`] as const,
        })),
        { address, abi, functionName: 'totalSupply' as const },
      ],
    });
    expect(balances).toEqual([...wallets.map(([, balance]) => balance), supplyOnChain(truth)]);
    expect(wallets.every(([, balance]) => balance >= 0n)).toBe(true);
    expect(await client().getCode({ address, blockNumber: BigInt(alpha.createdAt - 1) })).toBe(undefined);
    await expect(
      client().readContract({ address: beta.address as `0x${string}`, abi, functionName: 'name' }),
    ).rejects.toThrow();
  });

  it('changes its mind, goes back to what it said before, and its blocks always follow each other', () => {
    const chain = createChain({ seed: 6 });
    chain.mine(50);
    const before = chain.head.hash;
    const state = balancesOnChain(transfersOnChain(chain, address));
    const old = chain.reorg(5, { length: 7 });
    expect(chain.head.number).toBe(52);
    expect(chain.byHash(before)).toBe(undefined);
    chain.restore(7, old);
    expect(chain.head.hash).toBe(before);
    expect(balancesOnChain(transfersOnChain(chain, address))).toEqual(state);
    for (let n = 1; n < chain.length; n += 1) expect(chain.block(n)?.parentHash).toBe(chain.block(n - 1)?.hash);
  });

  it.each(lieNames)('tells the lie %s as often as it is told to, and is honest again', async (name) => {
    node.lie(name, 2);
    const ask = async (from: number) => {
      const signal = AbortSignal.timeout(150);
      const calls = [
        ['eth_chainId', []],
        ['eth_blockNumber', []],
        ['eth_getBlockByNumber', ['latest', false]],
        ['eth_getLogs', [{ address, fromBlock: `0x${from.toString(16)}`, toBlock: '0x12c' }]],
      ].map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
      try {
        const response = await fetch(node.url, { method: 'POST', body: JSON.stringify(calls), signal });
        return `${response.status} ${await response.text()}`;
      } catch {
        return 'no answer';
      }
    };
    // Some lies fit only an answer that begins with several events of one block.
    let from = 100;
    let answer = await ask(from);
    for (; node.untold === 2 && from < 200; answer = await ask(from)) from += 1;
    const told = [answer];
    if (node.untold === 1) told.push(await ask(from));
    expect(node.untold).toBe(0);
    const honest = await ask(from);
    for (const one of told) expect(one).not.toBe(honest);
    expect(await ask(from)).toBe(honest);
  });
});
