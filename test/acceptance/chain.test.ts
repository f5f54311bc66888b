import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { type Anvil, noAnvil, startAnvil } from '../support/anvil.js';
import { createPlay } from '../support/anvil-play.js';
import { type AnvilToken, deployToken } from '../support/anvil-token.js';
import { readTruth } from '../support/anvil-truth.js';
import { askEverything, everythingBy } from '../support/chain-answers.js';
import { expectStored } from '../support/chain-checks.js';
import { freePort } from '../support/free-port.js';
import { type RunningGateway, runCli, runProgram, startProgram } from '../support/program.js';
import { type OwnRedis, startRedis } from '../support/redis.js';
import { withinLoad } from '../support/within-load.js';

if (noAnvil !== undefined) console.warn(`Skipped: ${noAnvil}`);

/** In the place where others have a key; the node does not look at it. */
const key = 'key-that-nobody-may-see';

// The tests of a store go on from one another, as the days of one gateway do.
describe.skipIf(noAnvil !== undefined).each([{ cache: 'memory' }, { cache: 'Redis' }])(
  'a gateway that was started with CHAIN_ID and RPC_URL, its cache in $cache',
  ({ cache }) => {
    let folder: string;
    let anvil: Anvil;
    let coin: AnvilToken;
    let redis: OwnRedis | undefined;
    let environment: Record<string, string>;
    let gateway: RunningGateway;
    let tokenId: string;
    const play = createPlay(cache === 'memory' ? 11 : 12);

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'acceptance-'));
      redis = cache === 'Redis' ? await startRedis() : undefined;
      anvil = await startAnvil({ automine: false });
      // Blocks are made faster than seconds go by: from an hour ago on they stay in the past.
      await anvil.ask('evm_setTime', [Math.floor(Date.now() / 1_000) - 3_600]);
      coin = await deployToken(anvil);
      await coin.play(play(60), { perBlock: 6 });
      environment = {
        DATA_DIR: join(folder, 'data'),
        CHAIN_ID: '31337',
        RPC_URL: anvil.url.replace('//', `//user:${key}@`),
        // The defaults but for the times that pass when something is away.
        SOURCE_BUDGET_MS: '2000',
        LEASE_MS: '3000',
        ...(redis ? { REDIS_URL: redis.url } : {}),
      };
      gateway = await startProgram({ environment });
    });
    afterAll(async () => {
      await gateway?.stop();
      await anvil?.close();
      await redis?.stop();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const ingest = async () => {
      const { data } = await gateway.ask(
        '{ status { demo ingest { symbol source state asOfBlock headBlock lagSeconds lastError } } }',
      );
      return data?.status as { demo: boolean; ingest: Ingest[] };
    };
    const asOf = async (): Promise<number> => {
      const { data } = await gateway.ask('{ token(symbol: "ANV") { id freshness { asOfBlock } } }');
      const token = data?.token as { id: string; freshness: { asOfBlock: string | null } } | null;
      tokenId = token?.id ?? tokenId;
      return Number(token?.freshness.asOfBlock ?? -1);
    };
    const head = async () => Number(await anvil.ask<string>('eth_blockNumber'));
    /** Milliseconds until an answer holds the newest block. */
    const untilShown = async (): Promise<number> => {
      const newest = await head();
      return until('the newest block in an answer', async () => (await asOf()) >= newest);
    };
    /** Milliseconds until every number is that of the chain. */
    const untilEqual = async (): Promise<number> => {
      const start = performance.now();
      let expected: unknown;
      // The gateway is asked while the chain is: what the latter takes is none of its time.
      const truth = readTruth(anvil, coin).then((told) => {
        expected = everythingBy(told);
      });
      let answers: Array<{ ms: number; answer: unknown }> = [];
      for (;;) {
        const answer = await askEverything(gateway, tokenId);
        answers.push({ ms: performance.now() - start, answer });
        if (expected === undefined) continue;
        await truth;
        const equal = answers.find((asked) => isDeepStrictEqual(asked.answer, expected));
        if (equal) return equal.ms;
        if (performance.now() - start > 20_000) expect(answer).toEqual(expected);
        answers = [];
        await pause(10);
      }
    };
    const expectStore = async () => {
      const { database: settings } = readConfig({ ...environment, DATA_DIR: join(folder, 'data', 'store') });
      const database = await createDatabase({ config: settings });
      try {
        await expectStored({ database, tokenId, truth: await readTruth(anvil, coin) });
      } finally {
        await database.close();
      }
    };

    it('says what it reads from, without the key, and shows no demo', async () => {
      const { host } = new URL(anvil.url);
      expect(gateway.banner).toContain(`31337 (CHAIN_ID), read from ${host} (RPC_URL).`);
      expect(gateway.banner).toContain('seed-tokens');
      expect(await ingest()).toEqual({ demo: false, ingest: [] });
    });

    it('takes up a token that seed-tokens adds beside it within two seconds, and its history', async () => {
      const args = ['seed-tokens', '--address', coin.address, '--json'];
      const { code, output, errors } = await runCli({ args, environment });
      expect([code, errors]).toEqual([0, '']);
      expect(JSON.parse(output)).toMatchObject({ tokens: [{ outcome: 'created', symbol: 'ANV' }] });
      expect(await untilShown()).toBeLessThan(withinLoad(2_000));
      await untilEqual();
      const token = { symbol: 'ANV', source: 'rpc', state: 'live', lastError: null, asOfBlock: `${await head()}` };
      await until('status', async () => isDeepStrictEqual(pick((await ingest()).ingest[0], token), token));
    });

    it('has each block in its answers within a second, with every number as on the chain', async () => {
      const times: number[] = [];
      for (let i = 0; i < (cache === 'memory' ? 10 : 4); i += 1) {
        await coin.play(play(12), { perBlock: i % 2 === 0 ? 12 : 6 });
        times.push(await untilShown());
        expect(await askEverything(gateway, tokenId)).toEqual(everythingBy(await readTruth(anvil, coin)));
      }
      tell(`${cache}: block in the answer`, times);
      expect(median(times)).toBeLessThan(withinLoad(1_000));
      await anvil.mine();
      await untilShown();
      await expectStore();
    });

    it('has the numbers of the chain again within a second after a reorg, and nothing of the blocks before', async () => {
      const times: number[] = [];
      for (const depth of cache === 'memory' ? [1, 5, 20, 63] : [5]) {
        await coin.play(play(2 * depth + 4), { perBlock: 2 });
        await untilEqual();
        const minted = (block: number) => [coin.toTransaction({ from: 0, to: 1 + block, value: 7n }), block];
        await anvil.ask('anvil_reorg', [depth, [minted(0), ...(depth > 2 ? [minted(2)] : [])]]);
        times.push(await untilEqual());
        await expectStore();
      }
      tell(`${cache}: equal after a reorg`, times);
      expect(median(times)).toBeLessThan(withinLoad(1_000));
    });

    it('answers while the node is away, says why and how far behind it is, and goes on when the node is back', async () => {
      const before = await askEverything(gateway, tokenId);
      await anvil.stop();
      await until('failing', async () => (await ingest()).ingest[0]?.state === 'failing');
      const [first] = (await ingest()).ingest;
      expect(first?.lastError).toMatch(/^UPSTREAM_UNAVAILABLE: 127\.0\.0\.1:\d+ .*does not answer.*ECONNREFUSED/);
      expect(first?.lastError).not.toContain(key);
      expect(first?.lagSeconds).toBeGreaterThan(60);
      await until(
        'a growing lag',
        async () => ((await ingest()).ingest[0]?.lagSeconds ?? 0) > (first?.lagSeconds ?? 0),
      );
      expect(await askEverything(gateway, tokenId)).toEqual(before);
      await anvil.restart();
      await coin.play(play(6), { perBlock: 3 });
      await untilEqual();
      await until('live', async () => (await ingest()).ingest[0]?.lastError === null);
      expect(gateway.log).not.toContain(key);
    });

    it('goes on where it was killed, on the chain as it is then', async () => {
      const newest = await head();
      const blocks = coin.play(play(48), { perBlock: 2 });
      await until('a block of the play', async () => (await asOf()) > newest);
      const ended = once(gateway.child, 'exit');
      gateway.child.kill('SIGKILL');
      await Promise.all([ended, blocks]);
      await anvil.ask('anvil_reorg', [
        (await head()) - newest + 2,
        [[coin.toTransaction({ from: 0, to: 5, value: 9n }), 0]],
      ]);
      gateway = await startProgram({ environment });
      await untilEqual();
      await coin.play(play(4), { perBlock: 2 });
      await untilEqual();
      await expectStore();
    });

    // Neither has to do with the cache.
    if (cache !== 'memory') return;

    it('answers with what it has when the node is away at its start', async () => {
      const before = await askEverything(gateway, tokenId);
      await gateway.stop();
      gateway = await startProgram({
        environment: { ...environment, RPC_URL: `http://127.0.0.1:${await freePort()}/${key}` },
      });
      expect(await askEverything(gateway, tokenId)).toEqual(before);
      await until('failing', async () => (await ingest()).ingest[0]?.state === 'failing');
      expect((await ingest()).ingest[0]?.lastError).toContain('ECONNREFUSED');
      expect(gateway.banner + gateway.log + JSON.stringify(await ingest())).not.toContain(key);
    });

    it('refuses a node of another chain with a sentence and exit code 1', async () => {
      const data = join(folder, 'other');
      const { code, errors } = await runProgram({ environment: { ...environment, DATA_DIR: data, CHAIN_ID: '1135' } });
      expect(code).toBe(1);
      expect(errors).toMatch(/serves chain 31337, but CHAIN_ID is 1135; change RPC_URL or CHAIN_ID\.$/m);
      expect(errors).not.toContain('    at ');
    });
  },
);

interface Ingest {
  readonly symbol: string;
  readonly source: string;
  readonly state: string;
  readonly asOfBlock: string | null;
  readonly headBlock: string | null;
  readonly lagSeconds: number | null;
  readonly lastError: string | null;
}

/** Milliseconds until the condition holds. */
async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > 20_000) throw new Error(`20 s passed without ${what}.`);
    await pause(10);
  }
  return performance.now() - start;
}

function pick(value: object | undefined, like: object): object {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => name in like));
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function tell(what: string, times: readonly number[]): void {
  const [middle, worst] = [median(times), Math.max(...times)].map((ms) => Math.round(ms));
  process.stderr.write(
    `${what} after ${middle} ms (median of ${times.length}), ${worst} ms at worst; allowed ${Math.round(withinLoad(1_000))}\n`,
  );
}
