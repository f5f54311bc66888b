import { encodeFunctionData, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { chainWallet, transferTopic } from '../../../support/rpc-double-content.js';
import { address, openDoubles } from '../../../support/rpc-double-reader.js';
import { balancesOnChain, supplyOnChain, transfersOnChain } from '../../../support/rpc-double-truth.js';

const approvalTopic = '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925';
const abi = parseAbi(['function totalSupply() view returns (uint256)', 'function nothing() view returns (uint256)']);
const wallets = Array.from({ length: 41 }, (_, i) => chainWallet(i + 1));

describe('balances', () => {
  for (const blockNumber of [120, 40]) {
    it(`of block ${blockNumber} are the chain's, through Multicall3 in two calls`, async () => {
      const { chain, node, source } = await openDoubles();
      const balances = await source.balances({ address, wallets, blockNumber });
      const truth = balancesOnChain(transfersOnChain(chain, address, blockNumber));
      expect([...balances]).toEqual(wallets.map((wallet) => [wallet, truth.get(wallet) ?? 0n]));
      expect(node.calls.get('eth_call')).toBe(1);
      expect(node.calls.get('eth_getCode')).toBe(1);
    });

    it(`of block ${blockNumber} are the same without Multicall3, with a call for each`, async () => {
      const { chain, node, source } = await openDoubles({ node: { multicall: false } });
      const balances = await source.balances({ address, wallets, blockNumber });
      const truth = balancesOnChain(transfersOnChain(chain, address, blockNumber));
      expect([...balances]).toEqual(wallets.map((wallet) => [wallet, truth.get(wallet) ?? 0n]));
      expect(node.calls.get('eth_call')).toBe(wallets.length);
    });
  }

  it('before the contract was created are refused, not zero', async () => {
    const { source } = await openDoubles();
    const request = { address, wallets: wallets.slice(0, 2), blockNumber: 2 };
    await expect(source.balances(request)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });
});

describe('totalSupply', () => {
  it('is that of the block', async () => {
    const { chain, source } = await openDoubles();
    for (const blockNumber of [120, 60, 7]) {
      const truth = supplyOnChain(transfersOnChain(chain, address, blockNumber));
      expect(await source.totalSupply({ address, blockNumber })).toBe(truth);
    }
  });
});

describe('countTransfers', () => {
  it('counts what the chain has in a range, block by block, both ends included', async () => {
    const { chain, source } = await openDoubles();
    const truth = new Map<number, number>();
    for (const { blockNumber } of transfersOnChain(chain, address)) {
      if (blockNumber >= 30 && blockNumber <= 110) truth.set(blockNumber, (truth.get(blockNumber) ?? 0) + 1);
    }
    expect(await source.countTransfers({ address, fromBlock: 30, toBlock: 110 })).toEqual(truth);
  });

  it('is not fooled by a node that leaves out the end of a block', async () => {
    const { chain, node, source } = await openDoubles();
    node.lie('cutInTail', 3);
    const counts = await source.countTransfers({ address, fromBlock: 0, toBlock: 120 });
    expect([...counts.values()].reduce((one, other) => one + other, 0)).toBe(transfersOnChain(chain, address).length);
  });
});

describe('logs', () => {
  it('of another event are those of the chain, with the time of their block', async () => {
    const { chain, source } = await openDoubles();
    const signal = AbortSignal.timeout(10_000);
    const logs = await source.logs({ address, topics: [approvalTopic], fromBlock: 0, toBlock: 120, signal });
    const truth = Array.from({ length: chain.length }, (_, i) => chain.block(i)).flatMap((block) =>
      (block?.logs ?? []).flatMap((log, logIndex) =>
        log.address === address && log.topics[0] === approvalTopic
          ? [{ blockNumber: block?.number, logIndex, time: Number(block?.timestamp) * 1_000, data: log.data }]
          : [],
      ),
    );
    expect(truth.length).toBeGreaterThan(5);
    expect(logs.map(({ topics: _topics, ...log }) => log)).toEqual(truth);
  });

  it('of an event that is no Transfer of ERC-20 are not in doubt for that', async () => {
    const nft = `0x${'cc'.repeat(20)}`;
    const { node, source } = await openDoubles({ settings: { RPC_RANGE_BLOCKS: '200' } });
    const request = { address: nft, topics: [transferTopic], fromBlock: 0, toBlock: 120 };
    const logs = await source.logs({ ...request, signal: AbortSignal.timeout(10_000) });
    expect(logs.length).toBeGreaterThan(10);
    // Four reads, three of them in halves; the ends and one between are proven by receipts.
    expect(node.calls.get('eth_getLogs')).toBe(7);
  });
});

describe('a call', () => {
  it('that reverts is null, an answer is given as it is, and no node is blamed', async () => {
    const { chain, source } = await openDoubles();
    const supply = encodeFunctionData({ abi, functionName: 'totalSupply' });
    const none = encodeFunctionData({ abi, functionName: 'nothing' });
    expect(await source.call({ to: address, data: none })).toBeNull();
    const answer = await source.call({ to: address, data: supply, blockNumber: 50 });
    expect(BigInt(String(answer))).toBe(supplyOnChain(transfersOnChain(chain, address, 50)));
    expect(source.providers().map(({ state, lastError }) => ({ state, lastError }))).toEqual([
      { state: 'closed', lastError: null },
    ]);
  });
});
