import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { type RunningFeeds, runFeeds } from '../../src/main/run-feeds.js';
import { tokensOf } from '../support/chain-tokens.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type RpcDouble, startRpcDouble } from '../support/rpc-double.js';
import { type Chain, createChain } from '../support/rpc-double-chain.js';
import {
  createDollarContract,
  createFeedContract,
  createPoolContract,
  feedPrices,
  poolPrices,
  type TruePrice,
} from '../support/rpc-double-prices.js';
import { startTestGateway, type TestGateway } from './test-gateway.js';

const [feed, pool, usd, nobody] = ['fe', 'cd', 'dd', 'ee'].map((byte) => `0x${byte.repeat(20)}`) as [
  string,
  string,
  string,
  string,
];
const seed = 31;
const [one, other] = tokensOf(seed);

describe('prices of tokens that a node feeds', () => {
  let chain: Chain;
  let node: RpcDouble;
  let test: TestDatabase;
  let served: TestGateway;
  let feeds: RunningFeeds | undefined;
  const told: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });

  beforeAll(async () => {
    const contracts = [
      createFeedContract(feed, () => chain),
      createPoolContract({ address: pool, token: one.address, usd, seed }),
      createDollarContract(usd),
    ];
    const third = { ...one, address: `0x${'c3'.repeat(20)}`, name: 'Gamma', symbol: 'GAMMA' };
    chain = createChain({ seed, tokens: [one, other, third], contracts, blockSeconds: 600, finality: 30 });
    chain.mine(90);
    node = await startRpcDouble({ chain });
    test = await createTestDatabase();
    const environment = { CHAIN_ID: '31337', RPC_URL: node.url, RPC_POLL_MS: '20' };
    served = await startTestGateway({ database: test.database, environment });
    const backend = await served.gateway.backend;
    for (const [{ address, symbol, decimals }, priceSource] of [
      [one, `pool:${pool}:${usd}`],
      [other, `feed:${feed}`],
      [third, `feed:${nobody}`],
    ] as const) {
      const label = { name: symbol, symbol, contractAddress: address };
      await backend.tokens.createToken({ ...label, decimals: decimals ?? 18, chainId: 31337, priceSource });
    }
    const { signal } = new AbortController();
    feeds = await runFeeds({ config: readConfig(environment), backend, logger, signal });
  });
  afterAll(async () => {
    await feeds?.close();
    await served?.close();
    await node?.close();
    await test?.close();
  });

  const ask = async (symbol: string) => {
    const { data, errors } = await served.ask(
      `{ token(symbol: "${symbol}") { freshness { asOfBlock } latestPrice { price } priceData(period: LAST_90_DAYS) { timestamp price } } }`,
    );
    expect(errors).toEqual([]);
    const token = data?.token as {
      freshness: { asOfBlock: string | null };
      latestPrice: { price: string } | null;
      priceData: Array<{ timestamp: string; price: string }>;
    };
    return {
      asOfBlock: Number(token.freshness.asOfBlock),
      latest: token.latestPrice === null ? null : Number(token.latestPrice.price),
      prices: token.priceData.map(({ timestamp, price }) => ({ time: Date.parse(timestamp), price: Number(price) })),
    };
  };
  const expected = (prices: readonly TruePrice[]) => ({
    asOfBlock: chain.head.number,
    latest: prices.at(-1)?.price ?? null,
    prices,
  });
  const expectTruth = async (): Promise<void> => {
    const patience = { timeout: 20_000, interval: 20 };
    await expect.poll(() => ask(one.symbol), patience).toEqual(expected(poolPrices(chain, pool)));
    await expect.poll(() => ask(other.symbol), patience).toEqual(expected(feedPrices(chain)));
    await expect.poll(() => ask('GAMMA'), patience).toEqual(expected([]));
  };

  it('come from the swaps of a pool and the rounds of a feed, history and head', async () => {
    await expectTruth();
    expect(poolPrices(chain, pool).length).toBeGreaterThan(20);
    for (let i = 0; i < 6; i += 1) {
      chain.mine(1);
      await expectTruth();
    }
  });

  it('go and come with the blocks that a reorg replaces', async () => {
    const rows = () => test.database.models.tokenPriceData.countDocuments({});
    for (const depth of [1, 7, 25]) {
      const before = [poolPrices(chain, pool), feedPrices(chain)];
      chain.reorg(depth);
      if (depth > 5) expect([poolPrices(chain, pool), feedPrices(chain)]).not.toEqual(before);
      await expectTruth();
      expect(await rows()).toBe(poolPrices(chain, pool).length + feedPrices(chain).length);
    }
  });

  it('are left out where a setting cannot be used, which is told once', async () => {
    for (let i = 0; i < 3; i += 1) {
      chain.mine(1);
      await expectTruth();
    }
    expect(told).toEqual([expect.stringMatching(/GAMMA: prices by feed:0xee.* is no AggregatorV3 contract/)]);
  });

  it('cost a block one look at the pool and one at the feed, for what their contracts are is known', async () => {
    await expectTruth();
    const before = node.calls.get('eth_call') ?? 0;
    chain.mine(1);
    await expectTruth();
    // Three tokens are asked for their supply, with the head and once more for certainty; the feed for its newest rounds.
    expect((node.calls.get('eth_call') ?? 0) - before).toBeLessThan(10);
  });
});
