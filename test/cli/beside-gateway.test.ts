import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash, wallet } from '../ingest/support.js';
import { freePort } from '../support/free-port.js';
import { startProgram } from '../support/program.js';
import { type OwnRedis, startRedis } from '../support/redis.js';
import { createCli } from './support.js';

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
/** Mints of 10 to a wallet of their own in each block. */
const mints = (blocks: readonly number[]) =>
  blocks.map((n) => `${n},${1_736_121_600 + n},${hash(n)},0,0,${wallet(0)},${wallet(n)},10`);

const query = `{
  tokens { totalCount nodes { symbol } }
  token(symbol: "own") {
    totalSupply
    holderCount
    dailyMetrics { date dailyTxCount }
    holders(limit: 10) { address balance }
  }
}`;

describe('an import beside a running gateway is seen as soon as the command has ended', () => {
  let cli: Awaited<ReturnType<typeof createCli>>;
  let redis: OwnRedis;
  beforeAll(async () => {
    cli = await createCli();
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
    await cli?.close();
  });

  // Such a command waits until no epoch key can be older than its commits.
  const shortLives = { EPOCH_LIFE_MS: '400', EPOCH_LEASE_MS: '200' };
  const cases: Record<string, () => Record<string, string> | Promise<Record<string, string>>> = {
    'with the cache in memory, and a loopback port that only the gateway can have': async () => ({
      EMBEDDED_PORT: String(await freePort()),
    }),
    'with Redis': () => ({ REDIS_URL: redis.url }),
    'with a command that does not know of Redis': () => ({ REDIS_URL: redis.url, ...shortLives }),
  };
  it.each(Object.keys(cases))('%s', async (name) => {
    const dataDir = join(cli.folder, String(Object.keys(cases).indexOf(name)));
    const environment = { DATA_DIR: dataDir, DEMO: 'off', ...(await cases[name]?.()) };
    const commandEnvironment = name.includes('not know') ? { DATA_DIR: dataDir } : environment;
    const gateway = await startProgram({ environment });
    try {
      const importBlocks = async (blocks: readonly number[], address = wallet(0xaa), symbol = 'OWN') => {
        const file = join(cli.folder, 'rows.csv');
        await writeFile(file, [header, ...mints(blocks)].join('\n'));
        const args = ['import', file, '--address', address, '--symbol', symbol, '--decimals', '0', '--json'];
        const run = await cli.runHere(args, { environment: commandEnvironment });
        expect(run, run.stderr).toMatchObject({ code: 0 });
      };
      const ask = async () => {
        const { data, errors } = await gateway.ask(query);
        expect(errors).toBeUndefined();
        return data;
      };
      const seen = (blocks: readonly number[], symbols: readonly string[]) => ({
        tokens: { totalCount: symbols.length, nodes: symbols.map((symbol) => ({ symbol })) },
        token: {
          totalSupply: String(10 * blocks.length),
          holderCount: String(blocks.length),
          dailyMetrics: [{ date: '2025-01-06', dailyTxCount: String(blocks.length) }],
          holders: blocks.map((n) => ({ address: wallet(n), balance: '10' })),
        },
      });

      // Asked before each change, so that the answer that becomes wrong lies in the cache.
      expect(await ask()).toEqual({ tokens: { totalCount: 0, nodes: [] }, token: null });
      await importBlocks([1, 2]);
      for (let i = 0; i < 2; i += 1) expect(await ask()).toEqual(seen([1, 2], ['OWN']));
      await importBlocks([2, 3]);
      for (let i = 0; i < 2; i += 1) expect(await ask()).toEqual(seen([1, 2, 3], ['OWN']));
      await importBlocks([1], wallet(0xbb), 'NEXT');
      expect(await ask()).toEqual(seen([1, 2, 3], ['NEXT', 'OWN']));
    } finally {
      expect(await gateway.stop()).toBe(0);
    }
  });
});
