import { describe, expect, it } from 'vitest';
import { transferTopic } from '../../../support/rpc-double-content.js';
import { address, emptyStore, expectTruth, openDoubles, sync } from '../../../support/rpc-double-reader.js';

/** Lies for as long as anybody asks. */
const always = Number.POSITIVE_INFINITY;

/** Second and later transfers of each block: the bloom of their block says nothing about them. */
const lostInside = ({ logIndex }: { logIndex: number }): boolean => logIndex === 1;

describe('logs that a node has lost for good', () => {
  it('are found in receipts while the head is followed', async () => {
    const { chain, source, node } = await openDoubles({ blocks: 20, node: { lost: lostInside } });
    const store = emptyStore();
    for (let i = 0; i < 25; i += 1) {
      await sync(source, store);
      chain.mine(1);
    }
    await sync(source, store);
    expectTruth(store, chain);
    expect(node.calls.get('eth_getBlockReceipts')).toBeGreaterThan(0);
  });

  it('are found in a backfill by the receipts of its ends and a sample, and then in every block of the range', async () => {
    const { chain, source } = await openDoubles({ blocks: 200, busy: 5, node: { lost: lostInside } });
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
  });

  it('are given by two nodes of three that have them, without receipts', async () => {
    const { chain, doubles, source } = await openDoubles({ nodes: 3, node: { receipts: false } });
    for (const name of ['cutInMiddle', 'otherAmount', 'emptyLogs'] as const) doubles[0]?.lie(name, always);
    const store = emptyStore();
    await sync(source, store);
    for (let i = 0; i < 8; i += 1) {
      chain.mine(1);
      await sync(source, store);
    }
    expectTruth(store, chain);
  });

  it('stop the token where one node of two has them and neither proves it', { timeout: 30_000 }, async () => {
    const { chain, doubles, source } = await openDoubles({ nodes: 2, node: { receipts: false } });
    doubles[1]?.lie('cutInMiddle', always);
    const store = emptyStore();
    await expect(sync(source, store)).rejects.toMatchObject({ code: 'SOURCE_CONTRADICTS' });
    for (const { blockHash, blockNumber } of store.rows) expect(chain.block(blockNumber)?.hash).toBe(blockHash);
  });

  it('are taken from the receipts of the one of two nodes that proves them', async () => {
    const { chain, doubles, source } = await openDoubles({ nodes: 2 });
    doubles[1]?.lie('cutInMiddle', always);
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
  });
});

describe('RPC_CHECK=sampled', () => {
  const settings = { RPC_CHECK: 'sampled' };

  for (const name of [
    'truncatedTail',
    'truncatedHead',
    'cutInTail',
    'cutInHead',
    'cutInMiddle',
    'otherAmount',
  ] as const) {
    it(`gives the truth when a node tells ${name} once`, async () => {
      const { chain, node, source } = await openDoubles({ settings });
      node.lie(name);
      const store = emptyStore();
      await sync(source, store);
      expectTruth(store, chain);
      expect(node.untold).toBe(0);
    });
  }

  for (const name of ['wrongBlockHash', 'duplicateLog', 'removedLog', 'forgedLog', 'otherContract'] as const) {
    it(`gives the truth when a node tells ${name} three times`, async () => {
      const { chain, node, source } = await openDoubles({ settings });
      node.lie(name, 3);
      const store = emptyStore();
      await sync(source, store);
      expectTruth(store, chain);
      expect(node.untold).toBe(0);
    });
  }

  it('asks for a part of the headers only, and for the logs of a range three times', async () => {
    const { node, source, chain } = await openDoubles({
      blocks: 400,
      settings: { ...settings, RPC_RANGE_BLOCKS: '400' },
    });
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
    const withLogs = new Set(store.rows.map(({ blockNumber }) => blockNumber)).size;
    expect(node.calls.get('eth_getBlockByNumber')).toBeLessThan(withLogs + 40);
  });

  it('sees by the bloom of the blocks that it looks at that logs are missing which no read gave', async () => {
    // Ranges so short that the sample has each of their blocks.
    const { chain, node, source } = await openDoubles({ blocks: 60, settings: { ...settings, RPC_RANGE_BLOCKS: '2' } });
    node.lie('emptyLogs', 3);
    const store = emptyStore();
    await sync(source, store);
    expectTruth(store, chain);
  });

  it('does not promise to see what all reads leave out of the middle of a range', async () => {
    const lost = ({ blockNumber }: { blockNumber: number }): boolean => blockNumber > 60 && blockNumber < 80;
    const { chain, source } = await openDoubles({ settings: { ...settings, RPC_RANGE_BLOCKS: '200' }, node: { lost } });
    const store = emptyStore();
    await sync(source, store);
    const isOurs = (log: { address: string; topics: readonly string[] }) =>
      log.address === address && log.topics[0] === transferTopic && log.topics.length === 3;
    const outside = Array.from({ length: chain.length }, (_, i) => i).filter(
      (number) => !lost({ blockNumber: number }),
    );
    const given = store.rows.filter(({ blockNumber }) => !lost({ blockNumber }));
    const truth = outside.flatMap((number) => chain.block(number)?.logs.filter(isOurs) ?? []);
    expect(given).toHaveLength(truth.length);
  });
});
