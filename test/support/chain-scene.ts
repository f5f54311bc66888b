import type { RpcSource } from '../../src/ingest/sources/rpc/rpc-source.js';
import type { TokenFeed } from '../../src/services/feeding/token-feed.js';
import { expectTruth } from './chain-checks.js';
import { openRpcSource } from './chain-rpc.js';
import { type ChainStack, type Settled, settle } from './chain-stack.js';
import { tokensOf } from './chain-tokens.js';
import { truthOf } from './chain-truth.js';
import { type RpcDouble, startRpcDouble } from './rpc-double.js';
import { type Chain, type ChainOptions, createChain } from './rpc-double-chain.js';
import type { NodeOptions } from './rpc-double-methods.js';

/** A synthetic chain, a node that serves it, the source that reads the node, and a token that is fed from it. */
export interface Scene {
  readonly chain: Chain;
  readonly node: RpcDouble;
  readonly source: RpcSource;
  readonly tokenId: string;
  readonly feed: TokenFeed;
  /** Takes the token to the chain's head. */
  settle(): Promise<Settled>;
  /** Store and answers are what the chain is. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What a scene is made of; blocks are ten minutes apart, so that a few hundred of them fill days. */
export interface SceneOptions {
  readonly seed: number;
  readonly blocks?: number;
  readonly chain?: Partial<ChainOptions>;
  readonly node?: Partial<NodeOptions>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Sets a scene; nothing is read yet. */
export async function setScene(stack: ChainStack, options: SceneOptions): Promise<Scene> {
  const { seed, blocks = 120 } = options;
  const tokens = tokensOf(seed);
  const [token] = tokens;
  const chain = createChain({ seed, tokens, blockSeconds: 600, ...options.chain });
  chain.mine(blocks);
  const node = await startRpcDouble({ chain, ...options.node });
  const source = openRpcSource([node.url], options.environment);
  const tokenId = await stack.addToken(token);
  const feed = stack.openFeed(tokenId, source);
  return {
    chain,
    node,
    source,
    tokenId,
    feed,
    settle: () => settle(feed, { until: ({ position }) => position?.blockHash === chain.head.hash }),
    check: () => expectTruth({ stack, tokenId, truth: truthOf(chain, token) }),
    close: async () => {
      await feed.close();
      await source.close();
      await node.close();
    },
  };
}
