import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.js';
import { type RunningFeeds, runFeeds } from '../../src/main/run-feeds.js';
import { decodeAmount } from '../../src/models/amount.js';
import { supplyOf } from '../../src/models/token-totals.js';
import { createSources } from '../../src/services/create-sources.js';
import { seedTokens } from '../../src/services/seed-tokens.js';
import { createTelemetry } from '../../src/telemetry.js';
import { auditAll } from '../ingest/support.js';
import { type Anvil, noAnvil, startAnvil } from '../support/anvil.js';
import { type AnvilToken, anvilWallet, deployToken } from '../support/anvil-token.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { withinLoad } from '../support/within-load.js';
import { startTestGateway, type TestGateway } from './test-gateway.js';

if (noAnvil) process.stderr.write(`test/gateway/follow-chain.test.ts is left out: ${noAnvil}\n`);

describe.skipIf(noAnvil !== undefined)('a gateway with RPC_URL', () => {
  let anvil: Anvil;
  let coin: AnvilToken;
  let test: TestDatabase;
  let served: TestGateway;
  let feeds: RunningFeeds | undefined;
  const closing = new AbortController();
  const logger = pino({ level: 'silent' });
  const configOf = (more: Record<string, string> = {}) =>
    readConfig({ CHAIN_ID: '31337', RPC_URL: anvil.url, ...more });

  beforeAll(async () => {
    anvil = await startAnvil({ automine: false });
    coin = await deployToken(anvil);
    test = await createTestDatabase();
    served = await startTestGateway({
      database: test.database,
      environment: { CHAIN_ID: '31337', RPC_URL: anvil.url },
    });
    const backend = await served.gateway.backend;
    feeds = await runFeeds({ config: configOf(), backend, logger, signal: closing.signal });
  }, 60_000);
  afterAll(async () => {
    await feeds?.close();
    await served?.close();
    await test?.close();
    await anvil?.close();
  });

  const ask = async () => {
    const query =
      '{ token(symbol: "ANV") { decimals holderCount totalSupply freshness { asOfBlock } transactionActivity(first: 1) { totalCount } } }';
    return (await served.ask(query)).data?.token as { freshness: { asOfBlock: string | null } } | null;
  };
  const asOf = async () => Number((await ask())?.freshness.asOfBlock ?? -1);

  it('tells in status how its node is', async () => {
    if (feeds) served.gateway.monitor.showNodes(feeds.nodes);
    const name = new URL(anvil.url).host;
    const nodes = async () =>
      (await served.ask('{ status { nodes { name healthy headBlock lastError } } }')).data?.status as unknown;
    await expect
      .poll(nodes)
      .toEqual({ nodes: [{ name, healthy: true, headBlock: expect.stringMatching(/^\d+$/), lastError: null }] });
  });

  it('shows a seeded token from its creation on, and each block within a second, with the numbers of the chain', async () => {
    const { tokens } = await served.gateway.backend;
    const { database } = test;
    const sources = createSources({ config: configOf(), database, telemetry: createTelemetry() });
    if (!sources.rpc) throw new Error('no source');
    const findByAddress = (contractAddress: string) => database.models.tokens.findOne({ contractAddress }).lean();
    const deps = { tokens: { createToken: tokens.createToken, findByAddress }, source: sources.rpc, chainId: 31337 };
    const [seeded] = await seedTokens([{ address: coin.address }], deps);
    expect(seeded).toMatchObject({ outcome: 'created', symbol: 'ANV' });
    await vi.waitUntil(async () => (await asOf()) >= 1, { timeout: 15_000, interval: 50 });
    for (let round = 1; round <= 3; round += 1) {
      await coin.play([
        { from: 0, to: round, value: 1_000n },
        { from: round, to: 9, value: 1n },
      ]);
      const head = Number(await anvil.ask<string>('eth_blockNumber'));
      const before = performance.now();
      await vi.waitUntil(async () => (await asOf()) >= head, { timeout: 5_000, interval: 20 });
      expect(performance.now() - before).toBeLessThan(withinLoad(1_000));
      const supply = await sources.rpc.totalSupply({ address: coin.address, blockNumber: head });
      const wallets = [...Array(round).keys()]
        .map((i) => anvilWallet(i + 1).toLowerCase())
        .concat(anvilWallet(9).toLowerCase());
      const onChain = await sources.rpc.balances({ address: coin.address, wallets, blockNumber: head });
      const token = await database.models.tokens.findOne({ symbol: 'ANV' }).lean();
      if (!token) throw new Error('no token');
      const rows = await database.models.holders.find({ tokenId: token._id }).lean();
      const stored = new Map(rows.map(({ address, balance }) => [address, decodeAmount(balance)]));
      for (const [address, balance] of onChain)
        expect([address, stored.get(address.toLowerCase())]).toEqual([address, balance]);
      expect(supplyOf(token.totals)).toBe(supply);
    }
    expect(await auditAll(database)).toEqual([]);
    await sources.rpc.close();
  }, 60_000);

  it('tells in status what it is doing, and refuses a node of another chain', async () => {
    const look = async () => {
      await served.gateway.monitor.check();
      const { data } = await served.ask(
        '{ status { demo ingest { symbol source state lastError headBlock asOfBlock lagSeconds } } }',
      );
      return data?.status;
    };
    expect(await look()).toMatchObject({
      demo: false,
      ingest: [{ symbol: 'ANV', source: 'rpc', state: 'live', lastError: null }],
    });
    const backend = await served.gateway.backend;
    const wrong = runFeeds({ config: configOf({ CHAIN_ID: '1135' }), backend, logger, signal: closing.signal });
    await expect(wrong).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('goes on answering while the node is away, says so, and goes on by itself', async () => {
    await anvil.stop();
    await vi.waitUntil(
      async () => {
        await served.gateway.monitor.check();
        return served.gateway.monitor.status().ingest[0]?.state === 'failing';
      },
      { timeout: 40_000, interval: 200 },
    );
    expect(await asOf()).toBeGreaterThan(0);
    await anvil.restart();
    await anvil.mine(2);
    const head = Number(await anvil.ask<string>('eth_blockNumber'));
    await vi.waitUntil(async () => (await asOf()) >= head, { timeout: 60_000, interval: 100 });
  }, 120_000);
});
