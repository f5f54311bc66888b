import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { createEmbeddedServer } from '../../src/embedded/server.js';
import { createWire } from '../support/wire.js';
import { addToken, startTestGateway } from './test-gateway.js';

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A gateway over a MongoDB at the end of a wire that can be cut. */
async function open() {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-outage-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const mongodb = await createEmbeddedServer({ dataDir, port: 0 });
  closers.push(() => mongodb.close());
  const wire = await createWire(mongodb.port ?? 0);
  closers.push(() => wire.cut());
  const environment = { MONGODB_URI: `mongodb://127.0.0.1:${wire.port}/gateway?directConnection=true` };
  const database = await createDatabase({ config: readConfig(environment).database });
  closers.push(() => database.close());
  const log: Array<{ msg: string }> = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const server = await startTestGateway({ database, environment, logger });
  closers.push(() => server.close());
  return { wire, server, log, id: (await addToken(server.gateway, 'WIRED')).id };
}

describe('a gateway whose MongoDB is gone', () => {
  it('answers with a code within about a second, says why in the log, and is well again when MongoDB is', async () => {
    const { wire, server, log, id } = await open();
    const healthy = await server.ask(`{ token(id: "${id}") { holders(limit: 1) { balance } } }`);
    expect(healthy.errors).toEqual([]);
    await wire.cut();
    const questions = [
      `{ token(id: "${id}") { holders(limit: 1) { balance } } }`,
      '{ token(symbol: "WIRED") { symbol metrics { volume { total } } } }',
      '{ tokens { nodes { symbol } } }',
    ];
    for (let round = 0; round < 2; round++) {
      const answers = questions.map(async (question) => {
        const start = performance.now();
        const { status, headers, data, errors } = await server.ask(question);
        return { status, data, ms: performance.now() - start, errors, retry: headers.get('retry-after') };
      });
      for (const { status, data, ms, errors, retry } of await Promise.all(answers)) {
        expect({ status, code: errors[0]?.extensions.code, retry }).toEqual({
          status: 503,
          code: 'UPSTREAM_UNAVAILABLE',
          retry: '1',
        });
        expect(Object.values(data ?? {})).not.toContainEqual(expect.anything());
        expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
        expect(ms).toBeLessThan(1_500);
      }
    }
    const ready = await fetch(`${server.url}/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 503 });
    const causes = log.filter(({ msg }) => msg.startsWith('MongoDB could not be read: Mongo'));
    expect(causes.length).toBeGreaterThan(0);
    expect(causes.length).toBeLessThan(6);

    await wire.mend();
    const ask = async () => (await server.ask(questions[0] ?? '')).data;
    await expect.poll(ask, { timeout: 10_000 }).toEqual(healthy.data);
  });
});
