import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readHistoryAgain } from '../../src/services/read-history-again.js';
import { askEverything, everythingBy } from '../support/chain-answers.js';
import { expectNoStrangers } from '../support/chain-checks.js';
import { type Scene, setScene } from '../support/chain-scene.js';
import { type ChainStack, createChainStack } from '../support/chain-stack.js';
import { tokensOf } from '../support/chain-tokens.js';
import { truthOf } from '../support/chain-truth.js';

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

/** Runs once, in the middle of the answers to `method`: before the so manyeth call of it. */
function inTheMiddle({ node }: Scene, method: string, nth: number, change: () => void): void {
  let seen = 0;
  node.before((call) => {
    if (call.method !== method) return false;
    seen += 1;
    if (seen < nth) return false;
    change();
    return true;
  });
}

describe.each([1, 2, 5, 20, 63])('a reorg of %i blocks', (depth) => {
  it('while nothing is read: other blocks, twice in a row, back to the first ones, fewer and then more', async () => {
    scene = await setScene(stack, { seed: 2_000 + depth });
    const { chain } = scene;
    await scene.settle();
    const first = chain.reorg(depth, { length: depth + 1 });
    await scene.settle();
    await scene.check();
    chain.reorg(depth);
    chain.reorg(Math.max(1, depth - 1), { length: depth });
    await scene.settle();
    await scene.check();
    // A-B-A: everything above the fork goes, the first blocks come back.
    chain.restore(chain.head.number - ((first[0]?.number ?? 1) - 1), first);
    chain.mine(5);
    await scene.settle();
    await scene.check();
    // A chain that is only shorter looks like a node that lags: what it has to say is sure when it has grown again.
    chain.reorg(depth, { length: depth - 1 });
    await scene.feed.advance({ signal: new AbortController().signal });
    chain.mine(3);
    await scene.settle();
    await scene.check();
  });

  it.each(['eth_getLogs', 'eth_getBlockByNumber'])(
    'in the middle of a batch, between two calls of %s',
    async (method) => {
      scene = await setScene(stack, { seed: 2_100 + depth + method.length * 100 });
      const { chain } = scene;
      await scene.settle();
      chain.mine(depth + 10);
      inTheMiddle(scene, method, 2, () => void chain.reorg(depth, { length: depth + 1 }));
      await scene.settle();
      await scene.check();
    },
  );

  it('in the middle of a backfill, of blocks that are taken in and of blocks that are still to come', async () => {
    scene = await setScene(stack, { seed: 2_200 + depth, blocks: 200, environment: { RPC_RANGE_BLOCKS: '20' } });
    const { chain } = scene;
    inTheMiddle(scene, 'eth_getLogs', 4, () => void chain.reorg(depth, { length: depth + 2 }));
    inTheMiddle(scene, 'eth_getLogs', 9, () => void chain.reorg(depth));
    await scene.settle();
    await scene.check();
  });
});

describe('a reorg below the final block', () => {
  it('stops the token loudly, and leaves its data readable as it was', async () => {
    scene = await setScene(stack, { seed: 2_900, blocks: 200, chain: { finality: 64 } });
    const { chain, tokenId } = scene;
    await scene.settle();
    await scene.check();
    const before = everythingBy(truthOf(chain, tokensOf(2_900)[0]));
    chain.reorg(70, { length: 75 });
    const { result } = await scene.settle();
    expect(result.outcome).toBe('halted');
    expect(await askEverything(stack.gateway, tokenId)).toEqual(before);
    const note = await stack.test.database.models.checkpoints.findById(`${tokenId}:rpc`).lean();
    expect(note?.feed).toMatchObject({ state: 'halted', lastError: expect.stringContaining('REORG_TOO_DEEP') });
  });
});

describe('a reorg that nobody saw', () => {
  it.each([1, 5, 20])('of %i blocks leaves no row behind when the history is read again', async (depth) => {
    scene = await setScene(stack, { seed: 2_600 + depth, chain: { density: 80 } });
    const { chain, tokenId } = scene;
    await scene.settle();
    chain.reorg(depth, { length: depth + 1 });
    await readHistoryAgain(stack.test.database, { tokenId, fromBlock: undefined });
    await scene.settle();
    chain.mine(20);
    await scene.settle();
    await scene.check();
  });
});
