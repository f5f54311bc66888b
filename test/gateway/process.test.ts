import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { freePort } from '../support/free-port.js';
import { type RunningGateway, startProgram } from '../support/program.js';

const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };

describe('the process', () => {
  let folder: string;
  let demo: RunningGateway;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-'));
    demo = await startProgram({ environment: { DATA_DIR: join(folder, 'fresh') } });
  }, 180_000);
  afterAll(async () => {
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs the demo where nothing was ever imported, and says so everywhere', async () => {
    expect(demo.banner).toMatch(/^ {2}data +demo:/m);
    const { data } = await demo.ask('{ status { demo } }');
    expect(data).toEqual({ status: { demo: true } });
    const response = await fetch(`${demo.url}/ready`);
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 200,
      body: { status: 'ready', demo: true },
    });
    expect(existsSync(join(folder, 'fresh', 'demo'))).toBe(true);
  });

  it('names each dependency, what is used and the variable that changes it, and ends with the URLs', () => {
    const lines = demo.banner.trimEnd().split('\n');
    expect(lines.find((line) => line.startsWith('  database'))).toContain('MONGODB_URI');
    expect(lines.find((line) => line.startsWith('  cache'))).toContain('REDIS_URL');
    expect(lines.at(-2)).toContain(`${demo.url}/graphql`);
    expect(lines.at(-1)).toContain(`${demo.url}/ready`);
  });

  it('drains on SIGTERM and exits with 0', async () => {
    expect(await demo.stop()).toBe(0);
  });

  it('does not call a demo filled that was ended while it was being filled, and fills it at the next start', async () => {
    const environment = { DATA_DIR: join(folder, 'ended') };
    const first = await startProgram({ environment });
    const symbols = async ({ ask }: RunningGateway) => (await ask('{ tokens { totalCount } }')).data;
    await expect.poll(() => symbols(first), { timeout: 10_000, interval: 10 }).toEqual({ tokens: { totalCount: 4 } });
    expect(await first.stop()).toBe(0);
    await expect.poll(() => first.log).toContain('demo: goes on being filled at the next start');
    expect(first.log).not.toContain('demo: filled');
    const second = await startProgram({ environment });
    await expect.poll(() => second.log, { timeout: 30_000, interval: 100 }).toContain('demo: filled');
    expect(await second.stop()).toBe(0);
  });

  it('shows imported data instead of the demo where a token has rows, which takes more than a token', async () => {
    const environment = { DATA_DIR: join(folder, 'imported') };
    const settings = readConfig(environment).database;
    const fill = async (rows: boolean) => {
      const database = await createDatabase({ config: { ...settings, dataDir: join(settings.dataDir, 'store') } });
      const labels = rows ? { name: 'Mine', symbol: 'MINE' } : { name: 'Bare', symbol: 'BARE' };
      const contractAddress = `0x${(rows ? '1' : '2').repeat(40)}`;
      const service = createTokenDataService({ database, publisher });
      const { _id: tokenId } = await service.createToken({ ...labels, contractAddress });
      const prices = [{ timestamp: 1_736_121_600_000, price: '1', volume: '0', where: 'test' }];
      if (rows) await createPipeline({ database, publisher }).commit({ tokenId, source: 'file', prices });
      await database.close();
    };
    await fill(false);
    const bare = await startProgram({ environment });
    expect((await bare.ask('{ status { demo } }')).data).toEqual({ status: { demo: true } });
    expect(await bare.stop()).toBe(0);
    await fill(true);
    const gateway = await startProgram({ environment });
    const { data } = await gateway.ask('{ status { demo } tokens { nodes { symbol } } }');
    expect(data).toEqual({ status: { demo: false }, tokens: { nodes: [{ symbol: 'BARE' }, { symbol: 'MINE' }] } });
    expect(await gateway.stop()).toBe(0);
  });

  it('stays empty with DEMO=off', async () => {
    const gateway = await startProgram({ environment: { DATA_DIR: join(folder, 'empty'), DEMO: 'off' } });
    const { data } = await gateway.ask('{ status { demo } tokens { totalCount } }');
    expect(data).toEqual({ status: { demo: false }, tokens: { totalCount: 0 } });
    expect(await gateway.stop()).toBe(0);
  });

  it('names the port that is taken and how to choose another one, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, errors } = await runToItsEnd({
      DATA_DIR: join(folder, 'taken'),
      PORT: String(port),
      HOST: '127.0.0.1',
    });
    other.close();
    expect(code).toBe(1);
    expect(errors).toContain(`Port ${port} on 127.0.0.1 is taken by another process.`);
    expect(errors).toContain(`PORT=${port + 1}`);
    expect(errors).not.toContain('    at ');
  });

  it('lists all problems of its configuration and exits with 1', async () => {
    const { code, errors } = await runToItsEnd({ PORT: 'x', DEMO: 'maybe' });
    expect(code).toBe(1);
    expect(errors).toMatch(/PORT: .*\n.*DEMO: /);
  });

  it('answers what needs no database while MongoDB does not answer, and refuses the rest within a second', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [program], {
      env: {
        ...inherited,
        PORT: String(port),
        MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/x?directConnection=true`,
      },
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk;
    });
    const url = `http://localhost:${port}`;
    const ended = once(child, 'exit');
    const ask = async (query: string) => {
      const started = performance.now();
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const body = (await response.json()) as { data: unknown; errors?: Array<{ extensions: { code: string } }> };
      return { ...body, status: response.status, ms: performance.now() - started };
    };
    let banner = '';
    for await (const chunk of child.stdout) {
      banner += chunk;
      if (banner.includes('/ready')) break;
    }
    expect(banner).toContain('the database does not answer');
    const { data } = await ask('{ status { database { kind healthy } ingest { symbol } } }');
    expect(data).toEqual({ status: { database: { kind: 'mongodb', healthy: false }, ingest: [] } });
    const refused = await ask('{ tokens { totalCount } }');
    expect({ status: refused.status, code: refused.errors?.[0]?.extensions.code }).toEqual({
      status: 503,
      code: 'UPSTREAM_UNAVAILABLE',
    });
    expect(refused.ms).toBeLessThan(2_000);
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(log.match(/does not answer, it is tried again every second: [^"]*ECONNREFUSED/g)).toHaveLength(1);
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });
});

const program = join(import.meta.dirname, '../../dist/main.js');
const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

async function runToItsEnd(environment: Record<string, string>): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [program], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const [code] = await once(child, 'exit');
  return { code: code as number | null, errors };
}
