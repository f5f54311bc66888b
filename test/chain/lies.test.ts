import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectNoStrangers } from '../support/chain-checks.js';
import { type Scene, setScene } from '../support/chain-scene.js';
import { type ChainStack, createChainStack } from '../support/chain-stack.js';
import { type LieName, lieNames } from '../support/rpc-double-lies.js';

let stack: ChainStack;
let scene: Scene | undefined;
beforeAll(async () => {
  stack = await createChainStack();
});
afterEach(() => scene?.close());
afterAll(async () => {
  if (stack) await expectNoStrangers(stack.test.database);
  await stack?.close();
});

/** Another chain, and being asked to wait, have tests of their own. */
const told: readonly LieName[] = lieNames.filter((name) => name !== 'otherChain' && name !== 'http429Later');

describe('a node that lies', () => {
  it.each(told)(
    '%s: once and three times, in a backfill and at the head, leaves the store equal to the chain',
    async (name) => {
      scene = await setScene(stack, { seed: 1_000 + lieNames.indexOf(name) });
      const { chain, node } = scene;
      node.lie(name, 1);
      await scene.settle();
      node.lie(name, 3);
      chain.mine(30);
      await scene.settle();
      await scene.check();
      // At the head, block after block: a lie may find its call only now.
      for (let i = 0; i < 8; i += 1) {
        chain.mine(1);
        await scene.settle();
      }
      chain.mine(25);
      await scene.settle();
      await scene.check();
    },
  );

  it('refuses a node of another chain than the configured one, and takes in nothing of it', async () => {
    scene = await setScene(stack, { seed: 1_900, node: { chainId: 1 } });
    await expect(scene.feed.advance({ signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'WRONG_CHAIN',
    });
    expect(await stack.test.database.models.transactionActivity.countDocuments({ tokenId: scene.tokenId })).toBe(0);
  });

  it('finds out when a node becomes one of another chain, and goes on when it is itself again', async () => {
    scene = await setScene(stack, { seed: 1_901 });
    await scene.settle();
    await scene.check();
    scene.node.lie('otherChain', 1);
    scene.chain.mine(3);
    await scene.settle();
    await scene.check();
  });

  it('is left alone for as long as it asks to be', async () => {
    scene = await setScene(stack, { seed: 1_902 });
    const { node } = scene;
    node.lie('http429Later', 1);
    const startedAt = performance.now();
    await scene.settle();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(node.untold).toBe(0);
    await scene.check();
  });

  it('is the exception: a thousand blocks of an honest one are taken in without an error, each header asked for once', async () => {
    scene = await setScene(stack, { seed: 1_903, blocks: 1_000 });
    const { errors } = await scene.settle();
    expect(errors).toEqual({});
    expect(scene.node.calls.get('eth_getBlockByNumber')).toBeLessThan(1_030);
    await scene.check();
  });

  let seed = 1_950;
  it.each([
    ['without tags', { tags: false }],
    ['without Multicall3', { multicall: false }],
    ['without receipts', { receipts: false }],
    ['of ranges of 7 blocks', { maxRange: 7 }],
    ['of answers of 5 logs', { maxLogs: 5 }],
  ] as const)('reads a node %s', async (_, node) => {
    seed += 1;
    scene = await setScene(stack, { seed, node });
    await scene.settle();
    await scene.check();
    scene.chain.mine(20);
    await scene.settle();
    await scene.check();
  });

  it('goes on with older data while the node is down, and catches up when it is back', async () => {
    scene = await setScene(stack, { seed: 1_990, environment: { SOURCE_BUDGET_MS: '300' } });
    await scene.settle();
    await scene.check();
    const { chain, node, feed, tokenId } = scene;
    node.setDown(true);
    await expect(feed.advance({ signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    });
    await scene.check();
    const { models } = stack.test.database;
    const note = await models.checkpoints.findById(`${tokenId}:rpc`).lean();
    expect(note?.feed).toMatchObject({ state: 'failing', lastError: expect.stringContaining('UPSTREAM_UNAVAILABLE') });
    chain.mine(10);
    chain.reorg(15, { length: 18 });
    node.setDown(false);
    await scene.settle();
    await scene.check();
  });
});
