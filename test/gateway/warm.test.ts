import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createFeeds, type Feeds } from '../../src/gateway/feeds.js';
import { wallet } from '../ingest/support.js';
import { createScriptedSource } from '../services/scripted-source.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestGateway, type TestGateway } from './test-gateway.js';

describe('a gateway that follows a node', () => {
  const source = createScriptedSource();
  let test: TestDatabase;
  let counted: CountedDatabase;
  let served: TestGateway;
  let feeds: Feeds;
  let tokenId: string;

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    served = await startTestGateway({ database: counted.database });
    const backend = await served.gateway.backend;
    const label = { name: 'Scripted', symbol: 'SCR', contractAddress: wallet(0xabc) };
    tokenId = (await backend.tokens.createToken(label))._id;
    source.grow(4);
    const config = readConfig({ SYNC_SCHEDULE: 'off' });
    feeds = createFeeds({ config, backend, sources: { rpc: source }, warn: (text) => expect.fail(text) });
  });
  afterAll(async () => {
    await feeds?.close();
    await served?.close();
    await counted?.close();
    await test?.close();
  });

  const block = async () => (await test.database.models.tokens.findById(tokenId).lean())?.asOfBlock;
  const query =
    '{ token(symbol: "SCR") { freshness { asOfBlock } holders(limit: 5) { address balance } dailyMetrics { dailyTxCount } hourlyActivity { transactionCount } } }';
  const ask = async () => {
    const { data, extensions, errors } = await served.ask(query, { headers: { 'x-freshness': '1' } });
    expect(errors).toEqual([]);
    const told = extensions?.freshness as Array<{ path: string[]; outcome: string; asOfBlock: number }>;
    return {
      token: data?.token as { freshness: { asOfBlock: string }; holders: Array<{ balance: string }> },
      outcomes: Object.fromEntries(told.map(({ path, outcome }) => [path.join('.'), outcome])),
    };
  };

  it('has the answers to what was asked before a block ready when the block is in, and asks for nothing else', async () => {
    await expect.poll(block, { timeout: 10_000 }).toBe(4);
    expect((await ask()).outcomes).toMatchObject({ 'token.holders': 'miss', 'token.dailyMetrics': 'miss' });
    for (let next = 5; next <= 7; next += 1) {
      counted.reset();
      source.grow(1);
      // No write reads the hours, and nobody asks: it is warming that does.
      const isWarming = () => counted.reads.includes('find hourlyActivity');
      await expect.poll(isWarming, { timeout: 10_000, interval: 5 }).toBe(true);
      await feeds.processor.warm(tokenId);
      expect(counted.reads.filter((read) => /tokenPriceData/.test(read))).toEqual([]);
      const loads = () => counted.reads.filter((read) => /hourlyActivity|^aggregate/.test(read)).length;
      const warmed = loads();
      const { token, outcomes } = await ask();
      expect(token.freshness.asOfBlock).toBe(String(next));
      expect(token.holders.map(({ balance }) => balance)).toEqual([`0.${String(next).padStart(18, '0')}`]);
      expect(new Set(Object.values(outcomes))).toEqual(new Set(['hit']));
      expect(loads()).toBe(warmed);
    }
  });
});
