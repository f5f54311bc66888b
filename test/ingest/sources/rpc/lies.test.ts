import { afterEach, describe, expect, it } from 'vitest';
import type { Position } from '../../../../src/ingest/batch.js';
import { mayHold } from '../../../../src/ingest/sources/rpc/bloom.js';
import type { RpcSource } from '../../../../src/ingest/sources/rpc/rpc-source.js';
import type { Part, ReadRequest } from '../../../../src/ingest/sources/source.js';
import { openRpcSource } from '../../../support/chain-rpc.js';
import { type RpcDouble, startRpcDouble } from '../../../support/rpc-double.js';
import { type Chain, createChain, defaultTokens } from '../../../support/rpc-double-chain.js';
import { transferTopic } from '../../../support/rpc-double-content.js';
import { lieNames } from '../../../support/rpc-double-lies.js';
import { supplyOnChain, transfersOnChain } from '../../../support/rpc-double-truth.js';

const [{ address }] = defaultTokens;
/** Lies that cost a whole deadline each, or open the breaker: fewer of them fit one budget. */
const environment = {
  RPC_RANGE_BLOCKS: '40',
  SOURCE_TIMEOUT_MS: '400',
  BREAKER_FAILURES: '50',
  BREAKER_VOLUME: '1000',
};

const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function setUp({ blocks = 120, seed = 9, nodes = 1, settings = {} } = {}) {
  const chain = createChain({ seed, finality: 64 });
  chain.mine(blocks);
  const doubles: RpcDouble[] = [];
  for (let i = 0; i < nodes; i += 1) doubles.push(await startRpcDouble({ chain }));
  const source = openRpcSource(
    doubles.map(({ url }) => url),
    { ...environment, ...settings },
  );
  open.push(source, ...doubles);
  return { chain, node: doubles[0] as RpcDouble, doubles, source };
}

interface Store {
  rows: NonNullable<Part['transfers']>[number][];
  after: Position | null;
  finalized: Position | null;
  supply: bigint | null | undefined;
}

const emptyStore = (): Store => ({ rows: [], after: null, finalized: null, supply: null });

/** Takes in parts as the pipeline does. */
async function sync(source: RpcSource, store: Store, onPart: (part: Part) => void = () => {}): Promise<Part[]> {
  const parts: Part[] = [];
  const request: ReadRequest = {
    address,
    after: store.after,
    finalized: store.finalized,
    trail: async function* (atOrBelow) {
      for (const { blockNumber, blockHash } of [...store.rows].reverse()) {
        if (blockNumber <= atOrBelow) yield { blockNumber, blockHash };
      }
    },
    stored: async function* () {},
    signal: AbortSignal.timeout(20_000),
  };
  for await (const part of source.read(request)) {
    expect(part.after).toEqual(store.after);
    const { rewindTo = Number.POSITIVE_INFINITY } = part;
    store.rows = [...store.rows.filter(({ blockNumber }) => blockNumber <= rewindTo), ...(part.transfers ?? [])];
    store.after = { blockNumber: Number(part.checkpoint?.blockNumber), blockHash: part.checkpoint?.blockHash ?? null };
    store.finalized = part.checkpoint?.finalized ?? null;
    store.supply = part.chainSupply;
    parts.push(part);
    onPart(part);
  }
  return parts;
}

function expectTruth(store: Store, chain: Chain): void {
  const truth = transfersOnChain(chain, address);
  const key = (one: {
    blockHash: string | null;
    logIndex: number;
    value: bigint;
    fromAddress: string;
    toAddress: string;
  }) => `${one.blockHash} ${one.logIndex} ${one.fromAddress} ${one.toAddress} ${one.value}`;
  expect(store.rows.map(key)).toEqual(truth.map(key));
  expect(store.after).toEqual({ blockNumber: chain.head.number, blockHash: chain.head.hash });
  expect(store.supply).toBe(supplyOnChain(truth));
}

describe('the source rpc, lied to', () => {
  for (const name of lieNames) {
    for (const times of [1, 3]) {
      it(`gives the truth when a node tells ${name} ${times} times`, { timeout: 30_000 }, async () => {
        const { chain, node, source } = await setUp();
        const store = emptyStore();
        node.lie(name, times);
        await sync(source, store);
        // A head that went back is waited out.
        for (let i = 0; i < times && store.after?.blockNumber !== chain.head.number; i += 1) await sync(source, store);
        expectTruth(store, chain);
        expect(node.untold).toBe(0);
      });
    }
  }
});

describe('the source rpc in a reorg', () => {
  for (const depth of [1, 5, 20, 63]) {
    it(`goes back and replays when the last ${depth} blocks are replaced`, async () => {
      const { chain, source } = await setUp();
      const store = emptyStore();
      await sync(source, store);
      chain.reorg(depth, { length: depth + 1 });
      const parts = await sync(source, store);
      expect(parts[0]?.rewindTo).toBeLessThanOrEqual(120 - depth);
      expectTruth(store, chain);
    });
  }

  it('follows to a shorter chain, and back to the first one', async () => {
    const { chain, source } = await setUp();
    const store = emptyStore();
    await sync(source, store);
    const gone = chain.reorg(10, { length: 4 });
    await sync(source, store);
    expectTruth(store, chain);
    chain.restore(4, gone);
    await sync(source, store);
    expectTruth(store, chain);
  });

  it('sees a block of the same height replaced', async () => {
    const { chain, source } = await setUp();
    const store = emptyStore();
    await sync(source, store);
    chain.reorg(1);
    await source.next(store.after as Position, AbortSignal.timeout(5_000));
    await sync(source, store);
    expectTruth(store, chain);
  });

  it('goes on through a reorg in the middle of a read', async () => {
    const { chain, source } = await setUp({ settings: { RPC_RANGE_BLOCKS: '15', RPC_CONCURRENCY: '1' } });
    const store = emptyStore();
    let isFirst = true;
    await sync(source, store, ({ checkpoint }) => {
      if (isFirst && Number(checkpoint?.blockNumber) > 90) {
        isFirst = false;
        chain.reorg(50);
      }
    });
    await sync(source, store);
    expect(isFirst).toBe(false);
    expectTruth(store, chain);
  });

  it('stops when a final block was replaced', async () => {
    const { chain, source } = await setUp();
    const store = emptyStore();
    await sync(source, store);
    chain.reorg(70, { length: 75 });
    await expect(sync(source, store)).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
  });
});

describe('the work of the source rpc', () => {
  it('asks each range twice and each header once, in batches', async () => {
    const { chain, node, source } = await setUp({ blocks: 400, settings: { RPC_RANGE_BLOCKS: '100' } });
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
    const blocks = chain.head.number - (defaultTokens[0]?.createdAt ?? 0) + 1;
    expect(node.calls.get('eth_getBlockByNumber')).toBeLessThanOrEqual(blocks + 6);
    // One question for the first read of each range and two for the second; two more for a block whose bloom promises too much.
    const isOurs = (log: { address: string; topics: readonly string[] }) =>
      log.address === address && log.topics[0] === transferTopic;
    const inDoubt = Array.from({ length: blocks }, (_, i) => chain.block(chain.head.number - i)).filter(
      (block) => block && mayHold(block.logsBloom, [address, transferTopic]) && !block.logs.some(isOurs),
    );
    const odd = Array.from({ length: blocks }, (_, i) => chain.block(chain.head.number - i)).filter((block) =>
      block?.logs.some(
        (log) => isOurs(log) && log.topics.length !== 4 && (log.topics.length !== 3 || log.data.length !== 66),
      ),
    );
    expect(node.calls.get('eth_getLogs')).toBe(3 * 4 + 2 * (inDoubt.length + odd.length));
    expect(node.requests).toBeLessThan(60);
  });

  it('asks a handful of calls for one new block, and for none', async () => {
    const { chain, node, source } = await setUp();
    const store = emptyStore();
    await sync(source, store);
    const before = [...node.calls.values()].reduce((sum, count) => sum + count, 0);
    chain.mine(1);
    await sync(source, store);
    const after = [...node.calls.values()].reduce((sum, count) => sum + count, 0);
    expect(after - before).toBeLessThanOrEqual(14);
    expectTruth(store, chain);
    expect(await sync(source, store)).toEqual([]);
  });
});

describe('nodes of the source rpc', () => {
  it('take over from one another', async () => {
    const { chain, doubles, source } = await setUp({ nodes: 2, settings: { SOURCE_BUDGET_MS: '500' } });
    doubles[0]?.setDown(true);
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
    const [first, second] = source.providers();
    expect(first?.lastError).not.toBeNull();
    expect(second).toMatchObject({ state: 'closed', headBlock: 120, lastError: null });
  });

  it('of another chain are refused', async () => {
    const { source } = await setUp({ settings: { CHAIN_ID: '1135' } });
    await expect(source.head()).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('are named without the key in their URL', async () => {
    const source = openRpcSource(['http://user:secret@127.0.0.1:1/v2/secret?k=secret'], { SOURCE_BUDGET_MS: '300' });
    open.push(source);
    const failure = await source.head().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(JSON.stringify([source.providers(), String(failure), String((failure as Error).cause)])).not.toContain(
      'secret',
    );
  });
});
