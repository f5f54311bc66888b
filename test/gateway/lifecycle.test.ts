import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { addToken, startTestGateway } from './test-gateway.js';

describe('a gateway while something is missing', () => {
  let store: TestDatabase;

  beforeAll(async () => {
    store = await createTestDatabase();
  });
  afterAll(() => store.close());

  it('answers and is ready while Redis is away, and says so', async () => {
    const environment = {
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      EPOCH_LIFE_MS: '200',
      EPOCH_LEASE_MS: '100',
    };
    const server = await startTestGateway({ database: store.database, environment });
    // Nothing was asked of Redis yet.
    const { data: first } = await server.ask('{ status { cache { kind healthy breaker } } }');
    expect(first).toEqual({ status: { cache: { kind: 'redis', healthy: false, breaker: 'closed' } } });
    const { id } = await addToken(server.gateway, 'AWAY');
    const { status, data } = await server.ask(`{ token(id: "${id}") { holders(limit: 1) { balance } } }`);
    expect({ status, data }).toEqual({ status: 200, data: { token: { holders: [{ balance: '9610' }] } } });
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    const { data: state } = await server.ask('{ status { cache { kind healthy hits bypasses } } }');
    expect(state).toMatchObject({ status: { cache: { kind: 'redis', hits: '0' } } });
    await server.close();
  });

  it('gives code outside the loaders the same cache, under the epoch of the token', async () => {
    const server = await startTestGateway({ database: store.database });
    const { id, commit } = await addToken(server.gateway, 'CACHED');
    const { cache } = await server.gateway.backend;
    let loads = 0;
    const ask = () => cache.withCacheFallback(`token:{${id}}:report`, async () => ++loads, 'medium');
    expect([await ask(), await ask()]).toEqual([1, 1]);
    await commit(40, 1);
    expect([await ask(), await ask()]).toEqual([2, 2]);
    await server.close();
  });

  it('lists a token in status as long as it is there', async () => {
    const server = await startTestGateway({ database: store.database });
    const { id } = await addToken(server.gateway, 'GONE');
    const symbols = async () => {
      const { data } = await server.ask('{ status { ingest { symbol state asOfBlock } } }');
      return ((data?.status ?? { ingest: [] }) as { ingest: object[] }).ingest;
    };
    const listed = { symbol: 'GONE', state: 'static', asOfBlock: '139' };
    await expect.poll(symbols, { timeout: 5_000 }).toContainEqual(listed);
    const { database, publisher } = await server.gateway.backend;
    await createTokenDataService({ database, publisher }).deleteToken(id);
    await expect.poll(symbols, { timeout: 5_000 }).not.toContainEqual(listed);
    await server.close();
  });

  it('is alive, not ready, and answers what needs no database while it is being opened', async () => {
    const server = await startTestGateway({ database: new Promise<Database>(() => {}) });
    const { data, errors } = await server.ask(
      '{ status { database { healthy detail } ingest { symbol } } metricDefinitions { field } }',
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ status: { database: { healthy: false, detail: 'not open yet' }, ingest: [] } });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const ready = await fetch(`${server.url}/ready`);
    expect({ status: ready.status, body: await ready.json() }).toEqual({
      status: 503,
      body: { status: 'starting', demo: false },
    });
    await server.close();
  });

  it('ends a request at its deadline with a code that says to try again', async () => {
    const environment = { REQUEST_DEADLINE_MS: '50' };
    const server = await startTestGateway({ database: new Promise<Database>(() => {}), environment });
    const { status, errors, headers } = await server.ask('{ tokens { totalCount } }');
    expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 503, code: 'DEADLINE_EXCEEDED' });
    expect(headers.get('retry-after')).toBe('1');
    await server.close();
  });

  it('waits for running requests for DRAIN_MS and not longer', async () => {
    const server = await startTestGateway({
      database: new Promise<Database>(() => {}),
      environment: { DRAIN_MS: '100' },
    });
    const arrival = once(server.gateway.app.server, 'request');
    const cut = expect(server.ask('{ tokens { totalCount } }')).rejects.toThrow();
    await arrival;
    const start = performance.now();
    await server.close();
    expect(performance.now() - start).toBeLessThan(2_000);
    await cut;
  });

  it('sends the answers of running requests before it ends', async () => {
    let open: (database: Database) => void = () => {};
    const database = new Promise<Database>((resolve) => {
      open = resolve;
    });
    const server = await startTestGateway({ database });
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    server.gateway.app.server.on('request', () => arrived());
    const answer = server.ask('{ tokens { totalCount } }');
    await arrival;
    const ended = server.close();
    open(store.database);
    expect((await answer).status).toBe(200);
    await ended;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });
});
