import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectTruth } from '../support/chain-checks.js';
import { openRpcSource } from '../support/chain-rpc.js';
import { type ChainStack, createChainStack, settle } from '../support/chain-stack.js';
import { tokensOf } from '../support/chain-tokens.js';
import { truthOf } from '../support/chain-truth.js';
import { type RpcDouble, startRpcDouble } from '../support/rpc-double.js';
import { createChain } from '../support/rpc-double-chain.js';
import { lieNames } from '../support/rpc-double-lies.js';

let stack: ChainStack;
const closers: Array<() => Promise<void>> = [];
beforeAll(async () => {
  stack = await createChainStack();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => stack?.close());

/** One chain and two nodes that serve it. */
async function setTwoNodes(seed: number) {
  const tokens = tokensOf(seed);
  const chain = createChain({ seed, tokens, blockSeconds: 600 });
  chain.mine(120);
  const nodes: [RpcDouble, RpcDouble] = [await startRpcDouble({ chain }), await startRpcDouble({ chain })];
  const source = openRpcSource(nodes.map(({ url }) => url));
  const tokenId = await stack.addToken(tokens[0]);
  const feed = stack.openFeed(tokenId, source);
  closers.push(
    ...nodes.map(({ close }) => close),
    () => source.close(),
    () => feed.close(),
  );
  const follow = async (): Promise<void> => {
    await settle(feed, { until: ({ position }) => position?.blockHash === chain.head.hash });
    await expectTruth({ stack, tokenId, truth: truthOf(chain, tokens[0]) });
  };
  return { chain, nodes, source, follow };
}

describe('two nodes of one chain', () => {
  it('stand in for each other: either may go away at any time', async () => {
    const { chain, nodes, source, follow } = await setTwoNodes(5_000);
    const [first, second] = nodes;
    await follow();
    first.setDown(true);
    chain.mine(10);
    await follow();
    first.setDown(false);
    second.setDown(true);
    chain.reorg(7, { length: 12 });
    await follow();
    expect(source.providers().map(({ name }) => name)).toEqual(nodes.map(({ url }) => new URL(url).host));
  });

  it('in the middle of a backfill: the other one goes on where the first one went away', async () => {
    const { nodes, follow } = await setTwoNodes(5_001);
    let asked = 0;
    nodes[0].before(({ method }) => {
      if (method === 'eth_getLogs') asked += 1;
      if (asked < 1) return false;
      nodes[0].setDown(true);
      return true;
    });
    await follow();
  });

  it.each(['emptyLogs', 'truncatedTail', 'truncatedBlock', 'laggingLogs', 'http500'] as const)(
    'of which one tells the lie %s whenever it can: the other one is believed',
    async (name) => {
      const { chain, nodes, follow } = await setTwoNodes(5_100 + lieNames.indexOf(name));
      nodes[0].lie(name, 10_000);
      await follow();
      chain.mine(5);
      await follow();
    },
  );
});
