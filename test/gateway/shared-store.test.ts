import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { createCli } from '../cli/support.js';
import { hash, wallet } from '../ingest/support.js';
import { createTestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { addToken, startTestGateway, type TestGateway } from './test-gateway.js';

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const patient = { STORE_TIMEOUT_MS: '2000', BREAKER_FAILURES: '1000' };
const onRedis = (settings: Record<string, string>) => ({ REDIS_URL: inject('redisUrl'), ...patient, ...settings });

async function openDatabase() {
  const test = await createTestDatabase();
  closers.push(test.close);
  return test.database;
}

async function start(database: Parameters<typeof startTestGateway>[0]['database'], environment = {}) {
  const server = await startTestGateway({ database, environment });
  closers.push(server.close);
  return server;
}

async function holdersSeen({ ask }: TestGateway, id: string): Promise<unknown> {
  const { data, errors } = await ask(`{ token(id: "${id}") { holderCount holderDistribution { holderCount } } }`);
  expect(errors).toEqual([]);
  const { holderCount, holderDistribution } = (data?.token ?? {}) as Record<string, { holderCount?: unknown }>;
  expect(holderDistribution?.holderCount).toBe(holderCount);
  return holderCount;
}

async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('gateways of one database and one Redis', () => {
  // A life this long would show an older answer to every look below, had the publish not arrived.
  const settings = { EPOCH_LIFE_MS: '60000', EPOCH_LEASE_MS: '60000' };

  it('see a commit of each other at once, although their limits and bands make other answers', async () => {
    const database = await openDatabase();
    const reader = await start(database, onRedis(settings));
    const writer = await start(database, onRedis({ ...settings, MAX_LIMIT: '77', HOLDER_BANDS: 'big:1,small:0' }));
    const { id, commit } = await addToken(writer.gateway, 'SHARED');
    expect(await holdersSeen(reader, id)).toBe('40');
    expect(await holdersSeen(writer, id)).toBe('40');
    expect(await timed(commit(40, 1))).toBeLessThan(5_000);
    expect(await holdersSeen(reader, id)).toBe('41');
    expect(await holdersSeen(writer, id)).toBe('41');
  });

  it('never answer each other with entries of other bands', async () => {
    const database = await openDatabase();
    const one = await start(database, onRedis(settings));
    const other = await start(database, onRedis({ ...settings, HOLDER_BANDS: 'big:1,small:0' }));
    const { id } = await addToken(one.gateway, 'BANDS');
    const bandsSeen = async ({ ask }: TestGateway) => {
      const { data } = await ask(`{ token(id: "${id}") { holderDistribution { bands { name } } } }`);
      const { holderDistribution } = (data?.token ?? {}) as { holderDistribution?: { bands: unknown[] } };
      return holderDistribution?.bands.length;
    };
    expect([await bandsSeen(one), await bandsSeen(other), await bandsSeen(one)]).toEqual([4, 2, 4]);
  });

  it('note in the database that they share it, with the largest lives', async () => {
    const database = await openDatabase();
    await start(database, onRedis({ EPOCH_LIFE_MS: '700', EPOCH_LEASE_MS: '200' }));
    await start(database, onRedis({ EPOCH_LIFE_MS: '500', EPOCH_LEASE_MS: '300' }));
    const { sharedStore } = await database.models.metadata.findOne().orFail().lean();
    expect(sharedStore).toMatchObject({ lifeMs: 700, leaseMs: 300, seenAt: expect.any(Date) });
  });
});

describe('a writer that cannot publish to the Redis of the others', () => {
  const lives = { EPOCH_LIFE_MS: '700', EPOCH_LEASE_MS: '500' };
  const shorter = { EPOCH_LIFE_MS: '100', EPOCH_LEASE_MS: '100' };

  it.each([
    ['has no REDIS_URL', async () => ({})],
    ['cannot reach its Redis', async () => ({ ...shorter, REDIS_URL: `redis://127.0.0.1:${await freePort()}` })],
  ])('%s: waits until every key they may hold is dead, and then none of them is behind', async (_case, settings) => {
    const database = await openDatabase();
    const writer = await start(database, await settings());
    const { id, commit } = await addToken(writer.gateway, 'ALONE');
    // It starts after the writer, which must learn of it nevertheless.
    const reader = await start(database, onRedis(lives));
    for (let count = 40; count < 42; count++) {
      expect(await holdersSeen(reader, id)).toBe(String(count));
      const ms = await timed(commit(count, 1));
      expect(ms).toBeGreaterThanOrEqual(1_200);
      expect(ms).toBeLessThan(5_000);
      expect(await holdersSeen(reader, id)).toBe(String(count + 1));
    }
  });

  it('waits for nobody where nobody shares a Redis', async () => {
    const database = await openDatabase();
    const { gateway } = await start(database, lives);
    const { commit } = await addToken(gateway, 'LONE');
    expect(await timed(commit(40, 1))).toBeLessThan(1_000);
  });

  it('is the command line too: it says why it takes longer, and what it imported shows at once', async () => {
    const cli = await createCli();
    closers.push(cli.close);
    const importOf = async (count: number) => {
      const file = join(cli.folder, `${count}.csv`);
      const rows = Array.from(
        { length: count },
        (_, i) => `${i + 1},${1_736_121_600 + i * 60},${hash(i)},0,${i},${wallet(0)},${wallet(i + 1)},5`,
      );
      await writeFile(file, [header, ...rows].join('\n'));
      return cli.runHere(['import', file, '--address', wallet(0xaa), '--symbol', 'AA', '--json']);
    };
    const first = await importOf(3);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stderr).not.toContain('REDIS_URL');
    const { database: settings } = readConfig(cli.environment);
    const database = await createDatabase({ config: { ...settings, dataDir: join(settings.dataDir, 'store') } });
    closers.push(database.close);
    const server = await start(database, onRedis(lives));
    const { id } = JSON.parse(first.stdout).tokens[0] as { id: string };
    expect(await holdersSeen(server, id)).toBe('3');
    const second = await importOf(5);
    expect(JSON.parse(second.stdout)).toMatchObject({ new: 2 });
    expect(await holdersSeen(server, id)).toBe('5');
    expect(second.stderr).toMatch(/waits 1200 ms.*REDIS_URL/);
  });
});

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
