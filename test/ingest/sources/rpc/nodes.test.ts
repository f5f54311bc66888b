import { describe, expect, it } from 'vitest';
import { openRpcSource } from '../../../support/chain-rpc.js';
import { freePort } from '../../../support/free-port.js';
import { startRpcDouble } from '../../../support/rpc-double.js';
import { createChain } from '../../../support/rpc-double-chain.js';
import { closeLater, emptyStore, expectTruth, openDoubles, sync } from '../../../support/rpc-double-reader.js';

const quick = { SOURCE_TIMEOUT_MS: '150' };
const hasty = { SOURCE_BUDGET_MS: '300', SOURCE_TIMEOUT_MS: '100' };

describe('a node of another chain among good ones', () => {
  async function setUp({ isAway }: { isAway: boolean }) {
    const { chain, node } = await openDoubles();
    const other = await startRpcDouble({ chain: createChain({ seed: 77 }), chainId: 1 });
    other.setDown(isAway);
    const settings = { ...quick, BREAKER_FAILURES: '50', BREAKER_VOLUME: '1000' };
    const source = openRpcSource([other.url, node.url], settings);
    closeLater(other);
    closeLater(source);
    return { chain, other, source };
  }

  it('is refused at the start', async () => {
    const { source } = await setUp({ isAway: false });
    await expect(sync(source, emptyStore())).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('is left out where it comes later: asked for its chain a few times, then left alone, and named', async () => {
    const { chain, other, source } = await setUp({ isAway: true });
    const store = emptyStore();
    await sync(source, store);
    other.setDown(false);
    chain.mine(1);
    const askedForChain = async (): Promise<number> => {
      await source.head();
      return other.calls.get('eth_chainId') ?? 0;
    };
    await expect.poll(askedForChain, { timeout: 5_000 }).toBeGreaterThan(3);
    await sync(source, store);
    const before = other.calls.get('eth_chainId');
    for (let i = 0; i < 10; i += 1) {
      chain.mine(1);
      await sync(source, store);
    }
    expectTruth(store, chain);
    expect(other.calls.get('eth_chainId')).toBe(before);
    expect([...other.calls.keys()]).toEqual(['eth_chainId']);
    expect(source.providers()[0]?.lastError).toMatch(/serves chain 1, but CHAIN_ID is 31337/);
    expect(source.providers()[1]?.lastError).toBeNull();
  });
});

describe('what providers say of a node that fails', () => {
  const failures = [
    { what: 'is not there', lie: undefined, words: /ECONNREFUSED/ },
    { what: 'answers HTTP 500', lie: 'http500', words: /HTTP 500/ },
    { what: 'is late', lie: 'stall', words: /no answer within 100 ms/ },
    { what: 'sends half an answer', lie: 'cutJson', words: /no whole JSON/ },
  ] as const;
  for (const { what, lie, words } of failures) {
    it(`that ${what} is the cause, at each try anew and while it is not asked`, async () => {
      const { node } = await openDoubles();
      if (lie) node.lie(lie, Number.POSITIVE_INFINITY);
      const url = lie ? node.url : `http://127.0.0.1:${await freePort()}/v1/key-in-the-path`;
      const source = openRpcSource([url], { ...hasty, BREAKER_RESET_MS: '60000' });
      closeLater(source);
      for (let i = 0; i < 4; i += 1) {
        const error = await source.head().catch((failure: unknown) => failure);
        expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
        expect(source.providers()[0]?.lastError).toMatch(words);
        expect(String((error as Error).cause)).toMatch(words);
      }
      expect(JSON.stringify(source.providers())).not.toContain('key-in-the-path');
    });
  }
});

describe('where a token begins', () => {
  it('is found by its code in a few questions', async () => {
    const { chain, node, source } = await openDoubles({ blocks: 400, settings: { RPC_RANGE_BLOCKS: '400' } });
    const store = emptyStore();
    const [first] = await sync(source, store);
    expect(first?.transfers?.[0]?.blockNumber).toBe(7);
    expect(node.calls.get('eth_getCode')).toBeLessThan(14);
    expectTruth(store, chain);
  });

  it('is block 0 where a node has pruned old states and says that there was no code', async () => {
    const { chain, source } = await openDoubles({ node: { prunedBefore: 60 } });
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
  });
});

describe('a node that allows a few blocks at once', () => {
  it('makes no transaction of each few: ranges are joined', async () => {
    const { chain, source } = await openDoubles({
      blocks: 200,
      settings: { RPC_RANGE_BLOCKS: '100' },
      node: { maxRange: 4 },
    });
    const store = emptyStore();
    const parts = await sync(source, store);
    expectTruth(store, chain);
    expect(parts.length).toBeLessThanOrEqual(3);
  });

  it('makes following wait for nothing', async () => {
    const { chain, source } = await openDoubles({ node: { maxRange: 1 } });
    const store = emptyStore();
    await sync(source, store);
    chain.mine(1);
    expect(await sync(source, store)).toHaveLength(1);
    expectTruth(store, chain);
  });
});
