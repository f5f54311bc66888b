import { pino } from 'pino';
import { keccak256, stringToBytes } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { type RunningFeeds, runFeeds } from '../../src/main/run-feeds.js';
import { readIngestStates } from '../../src/services/ingest-states.js';
import { chooseSeed, storeOf, truthOf } from '../ingest/moralis/moralis-support.js';
import { auditAll, wallet } from '../ingest/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type MoralisStub, startMoralisStub, stubKey } from '../support/moralis-stub.js';
import { withinLoad } from '../support/within-load.js';
import { startTestGateway, type TestGateway } from './test-gateway.js';

const secret = 'the secret of the stream';
const seed = chooseSeed();

describe('a gateway whose database is not there', () => {
  it('makes a stream come again instead of letting it wait, and does not fail by itself', async () => {
    const database = Promise.reject(new Error('no such database'));
    database.catch(() => undefined);
    const served = await startTestGateway({ database, environment: { MORALIS_STREAM_SECRET: secret } });
    const body = JSON.stringify({ logs: [{ address: wallet(1) }] });
    const headers = { 'x-signature': keccak256(stringToBytes(body + secret)) };
    const answer = await fetch(`${served.url}/webhooks/moralis`, { method: 'POST', headers, body });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
    await served.close();
  });
});

describe('a gateway with MORALIS_API_KEY and no node', () => {
  let test: TestDatabase;
  let stub: MoralisStub;
  let served: TestGateway;
  let tokenId: string;
  let feeds: RunningFeeds | undefined;
  const told: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
  const environmentOf = (schedule: string, unitsPerDay = '100000000') => ({
    MORALIS_API_KEY: stubKey,
    MORALIS_URL: stub.url,
    MORALIS_STREAM_SECRET: secret,
    MORALIS_CU_PER_DAY: unitsPerDay,
    SYNC_SCHEDULE: schedule,
  });
  const start = async (schedule: string, unitsPerDay?: string): Promise<void> => {
    const config = readConfig(environmentOf(schedule, unitsPerDay));
    const { signal } = new AbortController();
    feeds = await runFeeds({ config, backend: await served.gateway.backend, logger, signal });
  };
  const stop = async (): Promise<void> => {
    await feeds?.close();
    feeds = undefined;
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    stub = await startMoralisStub(seed);
    stub.truth.grow(40);
    served = await startTestGateway({
      database: test.database,
      environment: environmentOf('off'),
      onNews: () => feeds?.look(),
    });
    const { tokens } = await served.gateway.backend;
    const label = { name: 'Stub', symbol: 'STUB' };
    tokenId = (await tokens.createToken({ ...label, contractAddress: stub.truth.token, decimals: 18 }))._id;
  });
  afterEach(stop);
  afterAll(async () => {
    await served?.close();
    await stub?.close();
    await test?.close();
  });

  const shown = async () => {
    const { data } = await served.ask(
      '{ token(symbol: "STUB") { holderCount freshness { asOfBlock } transactionActivity(first: 1) { totalCount } } }',
    );
    const token = data?.token as {
      holderCount: string;
      freshness: { asOfBlock: string | null };
      transactionActivity: { totalCount: string };
    };
    return {
      asOfBlock: Number(token.freshness.asOfBlock),
      transfers: Number(token.transactionActivity.totalCount),
      holders: Number(token.holderCount),
    };
  };
  const truth = () => ({
    asOfBlock: stub.truth.head,
    transfers: stub.truth.transfers.length,
    holders: [...stub.truth.balances().values()].filter((balance) => balance > 0n).length,
  });
  const expectEqual = async (): Promise<void> => {
    await expect.poll(shown, { timeout: 20_000, interval: 20 }).toEqual(truth());
    expect(await storeOf(test.database, tokenId)).toEqual(truthOf(stub));
    expect(await auditAll(test.database)).toEqual([]);
  };

  describe('that syncs by schedule', () => {
    it('fills a token and then keeps it up to date, within its compute units, and says where it is', async () => {
      await start('* * * * * *');
      await expectEqual();
      stub.truth.grow(15);
      await expectEqual();
      await served.gateway.monitor.check();
      expect(served.gateway.monitor.status().ingest).toMatchObject([
        { symbol: 'STUB', source: 'moralis', state: 'live', asOfBlock: stub.truth.head, lastError: null },
      ]);
      expect(told).toEqual([]);
    });

    it('goes on with what it has while Moralis fails, tells why, and takes in the rest afterwards', async () => {
      const before = await shown();
      stub.truth.grow(5);
      stub.wrong.limited = 1_000;
      await start('* * * * * *');
      const state = async () => {
        await served.gateway.monitor.check();
        return served.gateway.monitor.status().ingest[0];
      };
      await expect.poll(async () => (await state())?.state, { timeout: 30_000, interval: 100 }).toBe('failing');
      expect((await state())?.lastError).toMatch(/^UPSTREAM_UNAVAILABLE: moralis.*429/);
      expect(await shown()).toEqual(before);
      stub.wrong.limited = 0;
      await expectEqual();
      expect(told.join('')).not.toContain(stubKey);
    }, 90_000);
  });

  it('puts rounds off so that the units last the day, but not the first sync of a token that was just added', async () => {
    await test.database.models.jobs.deleteMany({ kind: { $in: ['usage', 'round'] } });
    await start('* * * * * *', '40000');
    const pages = () => stub.asked.filter(({ pathname }) => pathname.endsWith(`${stub.truth.token}/transfers`)).length;
    const before = pages();
    await expect.poll(pages, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before);
    await expectEqual();
    // Between two rounds a token is fed, although nobody holds its lease.
    const later = await readIngestStates(test.database, { now: Date.now() + 180_000 });
    expect(later).toMatchObject([{ symbol: 'STUB', state: 'live' }]);
    const after = pages();
    const { tokens } = await served.gateway.backend;
    const label = { name: 'Added', symbol: 'ADDED' };
    const { _id } = await tokens.createToken({ ...label, contractAddress: wallet(0xadd), decimals: 18 });
    const block = async () => (await test.database.models.tokens.findById(_id).lean())?.asOfBlock;
    await expect.poll(block, { timeout: 20_000, interval: 20 }).toBe(stub.truth.head);
    expect(pages()).toBe(after);
    expect(told.join('')).toMatch(/compute units of this UTC day .* are left/);
    await tokens.deleteToken(_id);
    told.length = 0;
  });

  describe('that takes the hints of a stream', () => {
    beforeEach(() => {
      told.length = 0;
    });

    const hook = async (text: string, signature: string = keccak256(stringToBytes(text + secret))) => {
      const headers = { 'content-type': 'application/json', 'x-signature': signature };
      const answer = await fetch(`${served.url}/webhooks/moralis`, { method: 'POST', headers, body: text });
      return { status: answer.status, body: (await answer.json()) as unknown };
    };
    const delivery = (confirmed: boolean, contract = stub.truth.token) => {
      const { head } = stub.truth;
      const block = { number: String(head), hash: stub.truth.hashOf(head), timestamp: '1736121600' };
      const erc20Transfers = [{ contract, value: '999999999999', from: wallet(1), to: wallet(2) }];
      return JSON.stringify({ confirmed, chainId: '0x46f', block, logs: [], txs: [], erc20Transfers });
    };
    const hints = () => test.database.models.jobs.countDocuments({ kind: 'hint' });

    it('has what a delivery speaks of in its answers within a second, once for all deliveries, and believes none of it', async () => {
      await start('off');
      for (const confirmed of [false, true]) {
        stub.truth.grow(3);
        const before = performance.now();
        expect(await hook(delivery(confirmed))).toMatchObject({ status: 200, body: { contracts: 1 } });
        await expect.poll(shown, { timeout: 10_000, interval: 10 }).toEqual(truth());
        expect(performance.now() - before).toBeLessThan(withinLoad(1_000));
      }
      const replays = [true, false, true, true].map((confirmed) => hook(delivery(confirmed)));
      expect((await Promise.all(replays)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      await expect.poll(hints).toBe(0);
      await expectEqual();
      expect(told).toEqual([]);
    });

    it('asks Moralis nothing for the test of a stream, for contracts that nobody added, and for what is not signed', async () => {
      await start('off');
      await expect.poll(hints).toBe(0);
      const asked = stub.asked.length;
      const empty = { confirmed: true, chainId: '', streamId: '', logs: [], txs: [], erc20Transfers: [] };
      const ping = JSON.stringify({ ...empty, block: { number: '', hash: '', timestamp: '' } });
      expect(await hook(ping)).toEqual({ status: 200, body: { contracts: 0 } });
      expect((await hook(delivery(true, wallet(0xfff)))).status).toBe(200);
      for (const [text, signature] of [
        [delivery(true), keccak256(stringToBytes(`${delivery(true)}another secret`))],
        [delivery(true), 'none'],
        ['{"not json', 'none'],
      ] as const) {
        expect(await hook(text, signature)).toMatchObject({
          status: 401,
          body: {
            errors: [{ message: expect.stringContaining('x-signature'), extensions: { code: 'UNAUTHENTICATED' } }],
          },
        });
      }
      expect(await hints()).toBe(0);
      expect(stub.asked).toHaveLength(asked);
    });

    it('keeps a hint that it cannot follow, over a restart too, until it has been followed', async () => {
      stub.truth.grow(4);
      expect((await hook(delivery(true))).status).toBe(200);
      expect(await hints()).toBe(1);
      expect((await shown()).asOfBlock).toBeLessThan(stub.truth.head);
      await start('off');
      await expectEqual();
      await expect.poll(hints).toBe(0);
    });
  });
});
