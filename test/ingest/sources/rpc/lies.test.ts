import { describe, expect, it } from 'vitest';
import type { Position } from '../../../../src/ingest/batch.js';
import { mayHold } from '../../../../src/ingest/sources/rpc/bloom.js';
import { openRpcSource } from '../../../support/chain-rpc.js';
import { defaultTokens } from '../../../support/rpc-double-chain.js';
import { transferTopic } from '../../../support/rpc-double-content.js';
import { lieNames } from '../../../support/rpc-double-lies.js';
import {
  address,
  callsOf,
  closeLater,
  emptyStore,
  expectTruth,
  openDoubles,
  sync,
} from '../../../support/rpc-double-reader.js';

describe('the source rpc, lied to', () => {
  for (const name of lieNames) {
    for (const times of [1, 3]) {
      it(`gives the truth when a node tells ${name} ${times} times`, { timeout: 30_000 }, async () => {
        const { chain, node, source } = await openDoubles();
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
      const { chain, source } = await openDoubles();
      const store = emptyStore();
      await sync(source, store);
      chain.reorg(depth, { length: depth + 1 });
      const parts = await sync(source, store);
      expect(parts[0]?.rewindTo).toBeLessThanOrEqual(120 - depth);
      expectTruth(store, chain);
    });
  }

  it('follows to a shorter chain, and back to the first one', async () => {
    const { chain, source } = await openDoubles();
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
    const { chain, source } = await openDoubles();
    const store = emptyStore();
    await sync(source, store);
    chain.reorg(1);
    await source.next(store.after as Position, AbortSignal.timeout(5_000));
    await sync(source, store);
    expectTruth(store, chain);
  });

  it('goes on through a reorg in the middle of a read', async () => {
    const { chain, source } = await openDoubles({ settings: { RPC_RANGE_BLOCKS: '15', RPC_CONCURRENCY: '1' } });
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
    const { chain, source } = await openDoubles();
    const store = emptyStore();
    await sync(source, store);
    chain.reorg(70, { length: 75 });
    await expect(sync(source, store)).rejects.toMatchObject({ code: 'REORG_TOO_DEEP' });
  });
});

describe('the work of the source rpc', () => {
  it('asks each range four times and each header once, in batches, and each block in doubt once or twice', async () => {
    const { chain, node, source } = await openDoubles({
      blocks: 400,
      settings: { RPC_RANGE_BLOCKS: '100', SOURCE_TIMEOUT_MS: '5000' },
    });
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
    const { createdAt } = defaultTokens[0];
    const blocks = Array.from({ length: chain.head.number - createdAt + 1 }, (_, i) => chain.block(createdAt + i));
    expect(node.calls.get('eth_getBlockByNumber')).toBeLessThanOrEqual(blocks.length + 6);
    const ours = blocks.map((block) =>
      (block?.logs ?? []).filter((log) => log.address === address && log.topics[0] === transferTopic),
    );
    // One question for the first read of each range and two for each of three others, and one for a look before the start.
    const promised = blocks.filter(
      (block, i) => block && ours[i]?.length === 0 && mayHold(block.logsBloom, [address, transferTopic]),
    );
    const ends = new Set<number>();
    for (let at = 0; at < blocks.length; at += 100) {
      const busy = [...ours.slice(at, at + 100).keys()].map((i) => at + i).filter((i) => (ours[i]?.length ?? 0) > 0);
      ends.add(busy[0] ?? at).add(busy.at(-1) ?? at);
    }
    // And one of each range at random, which may be an end.
    const receipts = node.calls.get('eth_getBlockReceipts') ?? 0;
    expect(receipts).toBeGreaterThanOrEqual(ends.size);
    expect(receipts).toBeLessThanOrEqual(ends.size + 4);
    // Two more voices for a block whose bloom promises too much; the double's odd logs are all of four topics, which is no doubt.
    expect(node.calls.get('eth_getLogs')).toBe(1 + 7 * 4 + 2 * promised.length);
    expect(node.requests).toBeLessThan(70);
  });

  it('asks nothing about a block whose bloom excludes the token, else one question for its logs, and proves them with one more', async () => {
    const { chain, node, source } = await openDoubles();
    const store = emptyStore();
    await sync(source, store);
    const seen = { idle: 0, busy: 0, doubtful: 0 };
    let finals = 0;
    node.before(({ params }) => {
      if (params[0] === 'finalized') finals += 1;
      return false;
    });
    for (let i = 0; i < 30; i += 1) {
      finals = 0;
      const before = { all: callsOf(node), logs: node.calls.get('eth_getLogs') ?? 0 };
      chain.mine(1);
      await sync(source, store);
      // The final block is asked for every ten blocks or five seconds, and confirmed.
      const calls = {
        all: callsOf(node) - before.all - 2 * finals,
        logs: (node.calls.get('eth_getLogs') ?? 0) - before.logs,
      };
      const { logs, logsBloom } = chain.head;
      const isBusy = logs.some((log) => log.address === address && log.topics[0] === transferTopic);
      const kind = isBusy ? 'busy' : mayHold(logsBloom, [address, transferTopic]) ? 'doubtful' : 'idle';
      seen[kind] += 1;
      // A bloom that excludes the token proves that there is nothing; one that does not is settled by receipts or by three more voices.
      expect(calls.logs).toBe({ idle: 0, busy: 1, doubtful: 4 }[kind]);
      expect(calls.all).toBeLessThanOrEqual({ idle: 2, busy: 6, doubtful: 8 }[kind]);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
    expectTruth(store, chain);
    expect(await sync(source, store)).toEqual([]);
  });
});

describe('nodes of the source rpc', () => {
  it('take over from one another', async () => {
    const { chain, doubles, source } = await openDoubles({ nodes: 2, settings: { SOURCE_BUDGET_MS: '500' } });
    doubles[0]?.setDown(true);
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
    const [first, second] = source.providers();
    expect(first?.lastError).toMatch(/no whole answer: /);
    expect(second).toMatchObject({ state: 'closed', headBlock: 120, lastError: null });
  });

  it('of another chain are refused', async () => {
    const { source } = await openDoubles({ settings: { CHAIN_ID: '1135' } });
    await expect(source.head()).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('are named without the key in their URL', async () => {
    const source = openRpcSource(['http://user:secret@127.0.0.1:1/v2/secret?k=secret'], { SOURCE_BUDGET_MS: '300' });
    closeLater(source);
    const failure = await source.head().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(JSON.stringify([source.providers(), String(failure), String((failure as Error).cause)])).not.toContain(
      'secret',
    );
  });
});
