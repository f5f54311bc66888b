import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askEverything, everythingBy } from '../support/chain-answers.js';
import { expectNoStrangers, expectTruth } from '../support/chain-checks.js';
import { type ChainStack, createChainStack, settle } from '../support/chain-stack.js';
import { createStraightSource } from '../support/chain-straight-source.js';
import { tokensOf } from '../support/chain-tokens.js';
import { truthOf } from '../support/chain-truth.js';
import { type Chain, createChain } from '../support/rpc-double-chain.js';

let stack: ChainStack;
beforeAll(async () => {
  stack = await createChainStack();
});
afterAll(async () => {
  if (stack) await expectNoStrangers(stack.test.database);
  await stack?.close();
});

/** A chain of 200 blocks, ten minutes apart, with a token that is fed straight from it. */
async function follow(seed: number, options: FollowOptions = {}) {
  const { onPart, finality = 100, ...rest } = options;
  const tokens = tokensOf(seed);
  const chain = createChain({ seed, tokens, blockSeconds: 600, finality });
  chain.mine(150);
  const source = createStraightSource(chain, { ...rest, ...(onPart ? { onPart: () => onPart(chain) } : {}) });
  const tokenId = await stack.addToken(tokens[0]);
  const feed = stack.openFeed(tokenId, source);
  const check = () => expectTruth({ stack, tokenId, truth: truthOf(chain, tokens[0]) });
  return { chain, feed, tokenId, check };
}

interface FollowOptions {
  readonly blocksOfPart?: number;
  readonly finality?: number;
  readonly onPart?: (chain: Chain) => void;
}

describe('what stands behind the sources', () => {
  it('takes in a chain from the creation of the contract, then block after block', async () => {
    const { chain, feed, check } = await follow(101);
    await settle(feed);
    await check();
    for (let i = 0; i < 5; i += 1) {
      chain.mine(1 + i);
      await settle(feed);
      await check();
    }
  });

  it.each([1, 2, 5, 20, 63])(
    'undoes %i blocks, with fewer, as many and more in their place, and back again',
    async (depth) => {
      const { chain, feed, check } = await follow(200 + depth);
      await settle(feed);
      const old = chain.reorg(depth);
      await settle(feed);
      await check();
      chain.restore(depth, old);
      await settle(feed);
      await check();
      chain.reorg(depth, { length: 0 });
      await settle(feed);
      await check();
      chain.mine(depth + 1);
      await settle(feed);
      await check();
      chain.reorg(1);
      chain.reorg(depth, { length: depth + 3 });
      await settle(feed);
      await check();
    },
  );

  it('undoes blocks that are replaced between two parts of a backfill', async () => {
    let parts = 0;
    const { feed, check } = await follow(301, {
      blocksOfPart: 10,
      finality: 400,
      onPart: (chain) => {
        parts += 1;
        if (parts === 5 || parts === 12) chain.reorg(130, { length: 131 });
        else if (parts < 30) chain.mine(1);
      },
    });
    await settle(feed);
    expect(parts).toBeGreaterThan(20);
    await check();
  });

  it('halts where a final block was replaced, and leaves what is stored readable', async () => {
    const { chain, feed, tokenId } = await follow(401);
    await settle(feed);
    const before = truthOf(chain, tokensOf(401)[0]);
    chain.reorg(120);
    const { result } = await settle(feed);
    expect(result.outcome).toBe('halted');
    expect(await askEverything(stack.gateway, tokenId)).toEqual(everythingBy(before));
    chain.mine(10);
    expect((await settle(feed)).result.outcome).toBe('halted');
    expect(await askEverything(stack.gateway, tokenId)).toEqual(everythingBy(before));
  });
});
