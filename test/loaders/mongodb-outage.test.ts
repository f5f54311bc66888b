import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { createEmbeddedServer } from '../../src/embedded/server.js';
import { createWire } from '../support/wire.js';
import { epochsSeen, startProcess } from './process.js';
import { insertTokens } from './tokens.js';

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open({ redisUrl, mongoTimeoutMs = '5000' }: { redisUrl?: string; mongoTimeoutMs?: string } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'outage-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const server = await createEmbeddedServer({ dataDir, port: 0 });
  closers.push(() => server.close());
  const wire = await createWire(server.port ?? 0);
  closers.push(() => wire.cut());
  const uri = `mongodb://127.0.0.1:${wire.port}/gateway?directConnection=true`;
  const config = readConfig({ MONGODB_URI: uri, MONGODB_TIMEOUT_MS: mongoTimeoutMs });
  const database = await createDatabase({ config: config.database });
  closers.push(() => database.close());
  const ids = await insertTokens(database, 2);
  const process = await startProcess({
    config,
    database,
    namespace: `outage-${Math.random()}`,
    cache: { redisUrl, timeoutMs: 1000, epochLifeMs: 60_000 },
  });
  closers.push(() => process.close());
  /** Cuts the wire, and waits until the driver has seen it: what it writes to a closing socket ends only with its time. */
  const cut = async () => {
    const seen = once(database.connection.getClient(), 'connectionClosed');
    await Promise.all([wire.cut(), seen]);
  };
  return { wire, process, ids, cut };
}

async function timed(work: Promise<unknown>): Promise<{ ms: number; code: unknown }> {
  const start = performance.now();
  const code = await work.then(
    () => 'answered',
    (error: { code?: unknown }) => error.code,
  );
  return { ms: performance.now() - start, code };
}

describe('without MongoDB', () => {
  it('tells a coded error about a second after it is gone, and never takes it for "not found"', async () => {
    const { cut, process, ids } = await open();
    const id = ids[0] ?? '';
    await process.resolve((scope) => epochsSeen(scope, id));
    await cut();
    const questions = [
      process.resolve((scope) => scope.token(id)),
      process.resolve((scope) => scope.token('f'.repeat(24))),
      process.resolve((scope) => scope.tokenBySymbol('T0000')),
      process.resolve((scope) => scope.tokenList({ first: 1, after: null, isActive: null })),
    ];
    for (const { ms, code } of await Promise.all(questions.map(timed))) {
      expect(code).toBe('UPSTREAM_UNAVAILABLE');
      expect(ms).toBeLessThan(1500);
    }
  });

  it('goes on answering what Redis holds under a living epoch', async () => {
    const { cut, process, ids } = await open({ redisUrl: inject('redisUrl') });
    const [known = '', other = ''] = ids;
    const before = await process.resolve((scope) => epochsSeen(scope, known));
    await cut();
    const scope = process.scope();
    const [answer, unknown] = await Promise.all([epochsSeen(scope, known), timed(scope.token(other))]);
    expect(answer).toEqual(before);
    expect(unknown.code).toBe('UPSTREAM_UNAVAILABLE');
    await scope.close();
  });

  it('ends a request at its deadline when MongoDB is silent', async () => {
    const { wire, process, ids } = await open();
    await process.resolve((scope) => scope.token(ids[0] ?? ''));
    wire.hush();
    const scope = process.through.createScope({ deadlineAt: Date.now() + 300, attempt: 0, record: false });
    const { ms, code } = await timed(scope.token(ids[0] ?? ''));
    expect(code).toBe('DEADLINE_EXCEEDED');
    expect(ms).toBeLessThan(450);
    await scope.close();
  });

  it('ends a question at the longest wait for one answer, before the deadline of the request', async () => {
    const { wire, process, ids } = await open({ mongoTimeoutMs: '200' });
    await process.resolve((scope) => scope.token(ids[0] ?? ''));
    wire.hush();
    const { ms, code } = await timed(process.resolve((scope) => scope.token(ids[0] ?? '')));
    expect(code).toBe('UPSTREAM_UNAVAILABLE');
    expect(ms).toBeLessThan(500);
  });

  it('gives up connections that stay silent, so that new ones can work', async () => {
    const { wire, process, ids } = await open({ mongoTimeoutMs: '200' });
    const id = ids[0] ?? '';
    const before = await process.resolve((scope) => epochsSeen(scope, id));
    wire.hush();
    for (let n = 0; n < 3; n++) {
      const scopes = Array.from({ length: 30 }, () => process.scope(2));
      await Promise.all(scopes.map((scope) => scope.token(id).catch(() => null)));
      await Promise.all(scopes.map((scope) => scope.close()));
    }
    wire.speak();
    const again = () => process.resolve((scope) => epochsSeen(scope, id)).catch(() => null);
    await expect.poll(again, { timeout: 5000 }).toEqual(before);
  });
});
