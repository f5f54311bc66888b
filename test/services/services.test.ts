import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.js';
import { SourceError, TokenNotFoundError } from '../../src/errors.js';
import { type Backend, createBackend } from '../../src/gateway/backend.js';
import { createFeeds } from '../../src/gateway/feeds.js';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { MetricType } from '../../src/models/enums.js';
import { createDataProcessor } from '../../src/services/data-processor.js';
import { noteHints, takeHints } from '../../src/services/hints.js';
import { readIngestStates } from '../../src/services/ingest-states.js';
import { createJobs } from '../../src/services/jobs.js';
import { knownSeeds, readSeedList } from '../../src/services/seed-list.js';
import { seedTokens } from '../../src/services/seed-tokens.js';
import { createTokenSync } from '../../src/services/sync-token.js';
import { auditAll, wallet } from '../ingest/support.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createGate, createScriptedSource, type ScriptedSource } from './scripted-source.js';

let test: TestDatabase;
let counted: CountedDatabase;
let backend: Backend;
let listChanges = 0;
beforeAll(async () => {
  test = await createTestDatabase();
  counted = await countCommands(test.database);
  const onListChange = () => {
    listChanges += 1;
  };
  backend = await createBackend({
    config: readConfig({}),
    database: counted.database,
    warn: () => undefined,
    onListChange,
  });
});
afterAll(async () => {
  await backend?.close();
  await counted?.close();
  await test?.close();
});

let contracts = 0xd00;
async function addToken(): Promise<{ id: string; address: string }> {
  contracts += 1;
  const address = wallet(contracts);
  const { _id: id } = await backend.tokens.createToken({ name: address, symbol: address, contractAddress: address });
  return { id, address };
}

function processorOf(source: ScriptedSource) {
  const { database, publisher, readThrough } = backend;
  const pipeline = createPipeline({ database, publisher });
  const deps = { database, pipeline, publisher, sources: { rpc: source }, chainId: 1135, leaseMs: 15_000 };
  return createDataProcessor({ sync: createTokenSync(deps), warm: readThrough.warm });
}

describe('the data processor', () => {
  it('loads what was asked of a changed token lately, so that the next question reads no row, and nothing that nobody asked for', async () => {
    const source = createScriptedSource();
    const processor = processorOf(source);
    const { id } = await addToken();
    source.grow(5);
    expect(await processor.processTokenData(id)).toMatchObject({ outcome: 'current', rows: 5, warmed: 0 });
    const ask = () => backend.tokens.getTokenHolders(id, { limit: 3 });
    expect((await ask())?.map(({ address }) => address.toLowerCase())).toEqual([wallet(2)]);
    await backend.tokens.getTokenMetrics(id, { type: MetricType.VOLUME });
    source.grow(1);
    const before = backend.readThrough.stats();
    expect(await processor.processTokenData(id)).toMatchObject({ rows: 1, warmed: 2 });
    expect(backend.readThrough.stats()).toEqual(before);
    counted.reset();
    expect((await ask())?.[0]?.balance).toBe('0.000000000000000006');
    expect(counted.reads.filter((read) => read === 'aggregate holders')).toEqual([]);
    expect(await processor.processTokenData(id)).toMatchObject({ rows: 0, changed: false, warmed: 0 });
    const unasked = await addToken();
    counted.reset();
    expect(await backend.readThrough.warm(unasked.id)).toBe(0);
    expect(counted.reads).toEqual([]);
  });
});

describe('the token service', () => {
  it('reads tokens, holders and figures through the loaders, and adds up what has a sum', async () => {
    const source = createScriptedSource();
    const [one, two] = [await addToken(), await addToken()];
    source.grow(7);
    await processorOf(source).processTokenData(one.id);
    const { tokens } = backend;
    expect((await tokens.getToken(one.id))?.contractAddress).toBe(one.address);
    expect((await tokens.getTokenBySymbol(one.address.toUpperCase()))?.id).toBe(one.id);
    expect(await tokens.getToken('f'.repeat(24))).toBeNull();
    expect(await tokens.getTokenHolders('f'.repeat(24))).toBeNull();
    const sums = await tokens.getAggregatedMetrics({ ids: [one.id, two.id], type: MetricType.GROWTH });
    expect(sums.tokens.map(({ tokenId, metrics }) => [tokenId, metrics.growth?.txCount])).toEqual([
      [one.id, 7],
      [two.id, 0],
    ]);
    expect(sums).toMatchObject({ txCount: 7, previousTxCount: 0 });
    expect((await tokens.getAggregatedMetrics({ type: MetricType.VOLUME })).txCount).toBeNull();
  });

  it('counts given buckets anew from the transfers and leaves all others and the epoch of a right token alone', async () => {
    const source = createScriptedSource();
    const { id } = await addToken();
    source.grow(4);
    await processorOf(source).processTokenData(id);
    const epoch = async () => (await backend.tokens.getToken(id))?.epoch ?? 0;
    const before = await epoch();
    const day = '2025-01-06';
    const buckets = { days: [day], hours: [{ date: day, hour: 0 }], weeks: [day] };
    expect(await backend.tokens.bulkUpsertMetrics(id, buckets)).toBe(0);
    expect(await epoch()).toBe(before);
    const { models } = test.database;
    await models.dailyCumulativeMetrics.updateOne({ tokenId: id }, { dailyTxCount: 99 });
    await models.weeklyPayments.deleteMany({ tokenId: id });
    await models.hourlyActivity.updateOne({ tokenId: id }, { transactionCount: 99 });
    expect(await backend.tokens.bulkUpsertMetrics(id, { days: ['2025-01-07'] })).toBe(0);
    expect(await backend.tokens.bulkUpsertMetrics(id, { days: [day], weeks: [day] })).toBe(2);
    expect([await epoch(), (await auditAll(test.database)).length]).toEqual([before + 1, 1]);
    expect(await backend.tokens.bulkUpsertMetrics(id, buckets)).toBe(1);
    expect(await auditAll(test.database)).toEqual([]);
    await expect(backend.tokens.bulkUpsertMetrics('f'.repeat(24), {})).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    });
  });

  it('makes cached values void by the epoch and says how many entries went; a change of the list is told at once', async () => {
    const { id } = await addToken();
    const { epoch = 0 } = (await backend.tokens.getToken(id)) ?? {};
    const changes = listChanges;
    expect(await backend.tokens.invalidateTokenCaches(id)).toBe(1);
    expect(listChanges).toBe(changes);
    expect((await backend.tokens.getToken(id))?.epoch).toBe(epoch + 1);
    await backend.tokens.updateToken(id, { isActive: false });
    expect(listChanges).toBe(changes + 1);
    await expect(backend.tokens.invalidateTokenCaches('f'.repeat(24))).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    });
  });
});

describe('jobs', () => {
  it('never run beside themselves, run once more when they are triggered meanwhile, and are waited for at the end', async () => {
    const gate = createGate();
    let [running, most, runs] = [0, 0, 0];
    const errors: string[] = [];
    const run = async () => {
      runs += 1;
      running += 1;
      most = Math.max(most, running);
      await gate.pass();
      running -= 1;
      if (runs === 1) throw new Error('first');
    };
    const jobs = createJobs({
      jobs: [{ name: 'one', schedule: '* * * * * *', run }],
      onError: (name, error) => errors.push(`${name} ${error}`),
    });
    await gate.reached;
    expect([jobs.trigger('one'), jobs.trigger('one'), jobs.trigger('none')]).toEqual([true, true, false]);
    gate.open();
    await vi.waitUntil(() => runs >= 2 && running === 0, { timeout: 3_000 });
    await jobs.close();
    expect({ most, running, errors }).toEqual({ most: 1, running: 0, errors: ['one Error: first'] });
    const after = runs;
    jobs.trigger('one');
    expect(runs).toBe(after);
  });
});

describe('hints', () => {
  it('stay until their work is done, also when it fails or another comes meanwhile', async () => {
    const [good, bad] = [await addToken(), await addToken()];
    const { database } = test;
    expect(
      await noteHints(database, [good.address.toUpperCase().replace('0X', '0x'), bad.address, wallet(0xfff)]),
    ).toBe(2);
    expect(await noteHints(database, [wallet(0xfff)])).toBe(0);
    const failed: string[] = [];
    const take = (work: (id: string) => Promise<unknown>) =>
      takeHints({ database, work, onError: (id) => failed.push(id), signal: new AbortController().signal });
    const left = async () =>
      (await database.models.jobs.find({ kind: 'hint' }).lean()).map(({ tokenId }) => tokenId).sort();
    await take(async (id) => {
      if (id === bad.id) throw new Error('no');
      await vi.waitUntil(() => Date.now() > startedAt, { interval: 1 });
      await noteHints(database, [good.address]);
    });
    expect(failed).toEqual([bad.id]);
    expect(await left()).toEqual([good.id, bad.id].sort());
    await take(async () => false);
    const stop = new AbortController();
    const work = async () => stop.abort();
    await takeHints({ database, work, onError: (id) => failed.push(id), signal: stop.signal });
    expect(await left()).toEqual([good.id, bad.id].sort());
    await take(async () => undefined);
    expect(await left()).toEqual([]);
  });
});
const startedAt = Date.now();

describe('states of ingest', () => {
  const stateOf = async (id: string, now?: number) =>
    (await readIngestStates(test.database, now === undefined ? {} : { now })).find(({ tokenId }) => tokenId === id);

  it('say what feeds a token, how far it is and what stands in the way, to every process', async () => {
    const source = createScriptedSource();
    const { id } = await addToken();
    expect(await stateOf(id)).toMatchObject({ state: 'empty', source: 'none', headBlock: null, lagSeconds: null });
    source.grow(4);
    await processorOf(source).processTokenData(id);
    expect(await stateOf(id)).toMatchObject({
      state: 'live',
      source: 'rpc',
      asOfBlock: 4,
      headBlock: 4,
      lastError: null,
    });
    const time = Date.UTC(2025, 0, 6) + 4_000;
    expect((await stateOf(id, time + 9_000))?.lagSeconds).toBe(9);
    source.grow(6);
    source.beforePart = async () => {
      source.fault = new SourceError('SOURCE_CONTRADICTS', 'Two hashes for one block.');
    };
    await processorOf(source)
      .processTokenData(id)
      .catch(() => undefined);
    expect(await stateOf(id)).toMatchObject({
      state: 'failing',
      lastError: 'SOURCE_CONTRADICTS: Two hashes for one block.',
    });
    source.beforePart = undefined;
    source.fault = undefined;
    await processorOf(source).processTokenData(id);
    expect(await stateOf(id, Date.now() + 600_000)).toMatchObject({ state: 'waiting', asOfBlock: 10, lastError: null });
  });
});

describe('feeds of a gateway', () => {
  it('take in new blocks, keep what was asked lately warm, and follow a token from the moment it is made', async () => {
    const source = createScriptedSource();
    source.grow(3);
    const warnings: string[] = [];
    const config = readConfig({ CHAIN_ID: '77', SYNC_SCHEDULE: 'off' });
    const feeds = createFeeds({ config, backend, sources: { rpc: source }, warn: (text) => warnings.push(text) });
    contracts += 1;
    const address = wallet(contracts);
    const label = { name: address, symbol: address, contractAddress: address };
    const { _id: id } = await backend.tokens.createToken({ ...label, chainId: 77 });
    feeds.look();
    const reached = (block: number) =>
      vi.waitUntil(async () => (await backend.tokens.getToken(id))?.asOfBlock === block, { timeout: 5_000 });
    await reached(3);
    source.grow(1);
    const before = performance.now();
    await reached(4);
    expect(performance.now() - before).toBeLessThan(1_000);
    await feeds.close();
    expect(warnings).toEqual([]);
  });
});

describe('seeding tokens', () => {
  it('adds what is missing with the facts of the chain, says what a list has wrong, and goes on behind what is no token', async () => {
    const known = await addToken();
    const [fresh, twin, none] = [wallet(0xe01), wallet(0xe02), wallet(0xe03)];
    const asked: string[] = [];
    const source = {
      describe: async (address: string) => {
        asked.push(address);
        if (address === none) throw new TokenNotFoundError({ token: address });
        return address === twin ? { name: 'Real', symbol: 'REAL' } : { name: 'Real', symbol: 'REAL', decimals: 6 };
      },
    };
    const { models } = test.database;
    const findByAddress = (contractAddress: string) => models.tokens.findOne({ contractAddress }).lean();
    const tokens = { createToken: backend.tokens.createToken, findByAddress };
    const list = [
      { address: known.address, symbol: 'OTHER' },
      { address: fresh, symbol: 'REAL', decimals: 18, fromBlock: 12, priceSource: `feed:${wallet(9)}` },
      { address: none },
      { address: twin },
    ];
    const seeded = await seedTokens(list, { tokens, source, chainId: 1135 });
    expect(asked).toEqual([fresh, none, twin]);
    expect(seeded.map(({ outcome, symbol, notices }) => [outcome, symbol, notices])).toEqual([
      ['known', known.address, [`The list says symbol OTHER, stored it is ${known.address}.`]],
      [
        'created',
        'REAL',
        [
          'The list says decimals 18, on the chain it is 6.',
          expect.stringMatching(/^Its history begins at block 12: balances of before are missing/),
        ],
      ],
      ['refused', null, [`There is no token contract at ${none} on chain 1135.`]],
      [
        'created',
        'REAL-000000',
        [
          'The contract names no decimals: 18 are assumed.',
          'The symbol REAL is taken: the token is REAL-000000.',
          'The name Real is taken: the token is Real-000000.',
        ],
      ],
    ]);
    expect(await models.tokens.findOne({ contractAddress: fresh }).lean()).toMatchObject({
      decimals: 6,
      fromBlock: 12,
      priceSource: `feed:${wallet(9)}`,
    });
    expect(await models.tokens.findOne({ contractAddress: twin }).lean()).toMatchObject({
      decimals: 18,
      decimalsAssumed: true,
    });
  });

  it('cut a label that is too long, and say so', async () => {
    const tokens = { createToken: backend.tokens.createToken, findByAddress: async () => null };
    const source = { describe: async () => ({ symbol: 'S'.repeat(10_000), name: 'Long', decimals: 0 }) };
    const [seeded] = await seedTokens([{ address: wallet(0xfade) }], { tokens, source, chainId: 1135 });
    expect(seeded?.symbol).toBe('S'.repeat(200));
    expect(seeded?.notices).toEqual(['The symbol has 10000 characters: it is cut to 200.']);
  });

  it('reads lists of JSON and CSV to the same tokens, and refuses what is wrong with its place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-seeds-'));
    try {
      const [json, csv] = [join(folder, 'a.json'), join(folder, 'a.csv')];
      const rule = `from:${wallet(5)}`;
      await writeFile(
        json,
        JSON.stringify([{ address: wallet(1), symbol: 'A', decimals: 2, fromBlock: 7, paymentRule: rule }]),
      );
      await writeFile(
        csv,
        `address,symbol,decimals,fromBlock,paymentRule
${wallet(1)},A,2,7,${rule}
`,
      );
      const plain = async (path: string) => JSON.parse(JSON.stringify(await readSeedList(path)));
      expect(await plain(json)).toEqual(await plain(csv));
      expect(await plain(json)).toMatchObject([
        { address: wallet(1), fromBlock: 7, paymentRule: { kind: 'FROM', addresses: [wallet(5)] } },
      ]);
      for (const [bad, message] of [
        ['[{"address":"0x1"}]', /0\.address/],
        [`[{"address":"${wallet(1)}","decimals":"6"}]`, /0\.decimals/],
        [`[{"address":"${wallet(1)}","ticker":"A"}]`, /ticker/],
        [`[{"address":"${wallet(1)}"},{"address":"${wallet(1)}"}]`, /twice/],
        ['{', /readable JSON/],
      ] as const) {
        await writeFile(json, bad);
        await expect(readSeedList(json)).rejects.toThrow(message);
      }
      await writeFile(
        csv,
        `address,prices
${wallet(1)},feed:1
`,
      );
      await expect(readSeedList(csv)).rejects.toThrow(/a\.csv:2.*prices/s);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(knownSeeds(1135).length).toBeGreaterThan(10);
    expect(() => knownSeeds(31337)).toThrow(/31337/);
  });
});
