import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../../../src/ingest/batch.js';
import type { RpcSource } from '../../../../src/ingest/sources/rpc/rpc-source.js';
import type { Part } from '../../../../src/ingest/sources/source.js';
import { openRpcSource } from '../../../support/chain-rpc.js';
import { startRpcDouble } from '../../../support/rpc-double.js';
import { createChain } from '../../../support/rpc-double-chain.js';
import { transferLog } from '../../../support/rpc-double-content.js';
import { address, closeLater, emptyStore, expectTruth, openDoubles, sync } from '../../../support/rpc-double-reader.js';

const addressOf = (i: number): string => `0x${(0xabc0_0000 + i).toString(16).padStart(40, '0')}`;

/** Many contracts, of which those that `isBusy` names have one transfer in each block. */
async function openTokens(count: number, isBusy: (i: number, block: number) => boolean = () => false) {
  const contracts = Array.from({ length: count }, (_, i) => ({
    address: addressOf(i),
    logs: ({ number }: { number: number }) => (isBusy(i, number) ? [transferLog(addressOf(i), 1, 2, 3n)] : []),
    answer: () => `0x${(1_000 + i).toString(16).padStart(64, '0')}` as const,
  }));
  const chain = createChain({ seed: 77, tokens: [], contracts });
  chain.mine(20);
  const node = await startRpcDouble({ chain });
  closeLater(node);
  const source = openRpcSource([node.url], { SOURCE_TIMEOUT_MS: '10000', SOURCE_BUDGET_MS: '30000' });
  closeLater(source);
  const tokens = Array.from({ length: count }, (_, i) => ({ address: addressOf(i), after: null as Position | null }));
  const advance = async (): Promise<Part[]> => {
    const parts = await Promise.all(tokens.map((token) => advanceOne(source, token)));
    return parts.flat();
  };
  return { chain, node, source, tokens, advance };
}

async function advanceOne(source: RpcSource, token: { address: string; after: Position | null }): Promise<Part[]> {
  const parts: Part[] = [];
  const { signal } = new AbortController();
  const nothing = async function* () {};
  const rest = { fromBlock: 1, finalized: null, trail: nothing, stored: nothing, signal };
  for await (const part of source.read({ ...rest, address: token.address, after: token.after })) {
    token.after = {
      blockNumber: Number(part.checkpoint?.blockNumber),
      blockHash: part.checkpoint?.blockHash ?? null,
    };
    parts.push(part);
  }
  return parts;
}

describe('following the head', () => {
  it('takes as many requests for 60 idle tokens as for one, and a handful more where one of them moved', async () => {
    const requests: number[][] = [];
    for (const count of [1, 60]) {
      const isBusy = (i: number, block: number): boolean => i === 0 && (block <= 20 || block === 25);
      const { chain, node, tokens, advance } = await openTokens(count, isBusy);
      await advance();
      const each: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        chain.mine(1);
        const before = node.requests;
        const parts = await advance();
        each.push(node.requests - before);
        expect(parts).toHaveLength(count);
        expect(tokens.every(({ after }) => after?.blockHash === chain.head.hash)).toBe(true);
      }
      requests.push(each);
    }
    console.log('requests of five blocks, the last with a transfer', JSON.stringify(requests));
    // With one more look for the final block, as slow as the machine may be.
    for (const [one, sixty] of [requests] as [[number[], number[]]]) {
      for (const [i, count] of sixty.entries()) expect(count).toBeLessThanOrEqual((one[i] ?? 0) + 3);
      expect(Math.max(...sixty.slice(0, 4))).toBeLessThanOrEqual(5);
      expect(sixty[4]).toBeLessThanOrEqual(12);
    }
  });

  it('asks for the supply beside the logs of a block that seems to have some', async () => {
    const { chain, node, advance } = await openTokens(1, () => true);
    await advance();
    chain.mine(1);
    const order: string[] = [];
    node.before(({ method }) => {
      order.push(method);
      return false;
    });
    await advance();
    expect(order).toContain('eth_getBlockReceipts');
    expect(order.indexOf('eth_call')).toBeLessThan(order.indexOf('eth_getBlockReceipts'));
  });

  it('asks for blocks between two looks once for all tokens', async () => {
    const { chain, node, advance } = await openTokens(30, (i, block) => i === 0 && block <= 20);
    await advance();
    chain.mine(40);
    const before = node.calls.get('eth_getBlockByNumber') ?? 0;
    await advance();
    // Forty blocks twice, the newest and the final one.
    expect((node.calls.get('eth_getBlockByNumber') ?? 0) - before).toBeLessThanOrEqual(84);
  });

  it('does not believe blooms of a chain that leaves them empty', async () => {
    const { chain, node, advance } = await openTokens(1);
    node.lie('emptyBloom', 10_000);
    await advance();
    const before = node.calls.get('eth_getLogs') ?? 0;
    chain.mine(1);
    await advance();
    expect((node.calls.get('eth_getLogs') ?? 0) - before).toBe(1);
  });

  it('does not believe a bloom that only one of two answers shows empty', async () => {
    const { chain, node, source } = await openDoubles();
    const store = emptyStore();
    await sync(source, store);
    for (let i = 0; i < 10; i += 1) {
      chain.mine(1);
      node.lie('emptyBloom');
      await sync(source, store);
      expectTruth(store, chain);
    }
  });
});

describe('a node that stands still', () => {
  const openTwo = async () => {
    const [moving, frozen] = [0, 1].map(() => createChain({ seed: 12 }));
    if (!moving || !frozen) throw new Error('two chains');
    for (const chain of [moving, frozen]) chain.mine(120);
    const doubles = [await startRpcDouble({ chain: frozen }), await startRpcDouble({ chain: moving })] as const;
    for (const double of doubles) closeLater(double);
    const source = openRpcSource(doubles.map(({ url }) => url));
    closeLater(source);
    return { moving, frozen, doubles, source };
  };

  it('does not hold up tokens: it is left out, logs are not asked of it, and it is used again when it has caught up', async () => {
    const { moving, frozen, doubles, source } = await openTwo();
    const store = emptyStore();
    await sync(source, store);
    moving.mine(50);
    for (let i = 0; i < 4; i += 1) await source.head();
    const logs = doubles[0].calls.get('eth_getLogs');
    await sync(source, store);
    expectTruth(store, moving);
    expect(doubles[0].calls.get('eth_getLogs')).toBe(logs);
    expect(source.providers()[0]?.lastError).toMatch(/stands at block 120 while another node has block 170/);
    frozen.mine(50);
    expect(await source.head()).toMatchObject({ blockNumber: 170 });
    expect(source.providers()[0]?.lastError).toBeNull();
    moving.mine(3);
    expect(await source.head()).toMatchObject({ blockNumber: 170 });
  });
});

describe('a second node of another chain', () => {
  it('is refused at the start, and left out when it comes later', async () => {
    const chain = createChain({ seed: 13 });
    chain.mine(50);
    const first = await startRpcDouble({ chain });
    const second = await startRpcDouble({ chain, chainId: 1 });
    for (const double of [first, second]) closeLater(double);
    const refused = openRpcSource([first.url, second.url]);
    closeLater(refused);
    await expect(refused.head()).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    await expect(refused.describe(address)).rejects.toMatchObject({ code: 'WRONG_CHAIN' });

    second.setDown(true);
    const late = openRpcSource([first.url, second.url], { SOURCE_BUDGET_MS: '600', SOURCE_TIMEOUT_MS: '200' });
    closeLater(late);
    expect(await late.head()).toMatchObject({ blockNumber: 50 });
    second.setDown(false);
    await expect
      .poll(async () => {
        await late.head();
        return late.providers()[1]?.lastError;
      })
      .toMatch(/serves chain 1, but CHAIN_ID is 31337/);
  });
});

describe('a password in RPC_URL', () => {
  it('may have any letters', async () => {
    const asked: Array<string | undefined> = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end('{"jsonrpc":"2.0","id":0,"result":"0x1"}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const source = openRpcSource([`http://кто:пароль@127.0.0.1:${port}`]);
    closeLater(source);
    await expect(source.head()).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    server.close();
    expect(asked[0]).toBe(`Basic ${Buffer.from('кто:пароль', 'utf8').toString('base64')}`);
  });
});

describe('a chain without finality', () => {
  it('has a final block 100 blocks below its head, below which nothing is undone', async () => {
    const { chain, source } = await openDoubles({ node: { tags: false } });
    const store = emptyStore();
    await sync(source, store);
    expect(await source.head()).toMatchObject({ finalizedBlock: 20 });
    chain.reorg(119, { length: 125 });
    await expect(sync(source, store)).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
  });
});
