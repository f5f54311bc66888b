import { createClient } from '@redis/client';
import { afterEach, describe, expect, it } from 'vitest';
import { createStore, type Store } from '../../src/cache/store.js';
import { readConfig } from '../../src/config.js';
import { freePort } from '../support/free-port.js';
import { type OwnRedis, startRedis } from '../support/redis.js';

const settings = { ...readConfig({}).cache, timeoutMs: 50 };
const { resetMs, failures } = settings.breaker;

const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
async function open(redisUrl: string): Promise<Store> {
  const store = await createStore({ config: { ...settings, redisUrl }, namespace: 'outage' });
  closers.push(() => store.close());
  return store;
}
async function ownRedis(port?: number): Promise<OwnRedis> {
  const redis = await startRedis(port === undefined ? {} : { port });
  closers.push(() => redis.kill());
  return redis;
}
/** A client for turning screws of a Redis; it may lose its connection. */
async function operator(redis: OwnRedis) {
  const client = await createClient({ url: redis.url })
    .on('error', () => undefined)
    .connect();
  closers.push(async () => client.destroy());
  return client;
}
const isReachable = async (store: Store) => (await store.read(['key'])).reachable;
/** Milliseconds that a call took. */
async function timed(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

describe('store without Redis', () => {
  it('opens although Redis refuses, answers "unreachable" at once, and finds Redis when it comes', async () => {
    const port = await freePort();
    let store: Store | undefined;
    expect(
      await timed(async () => {
        store = await open(`redis://127.0.0.1:${port}`);
      }),
    ).toBeLessThan(800);
    if (!store) throw new Error('It is open.');
    expect(await store.read(['key'])).toEqual({ reachable: false });
    expect(await store.write([{ key: 'key', text: 'x', ttlMs: 1000 }])).toBe(false);
    expect(await store.invalidate(['key'])).toBe(false);
    expect(await store.invalidatePattern('*')).toBeNull();
    expect(store.health().breaker).toBe('open');
    await ownRedis(port);
    const waited = store;
    await expect.poll(() => isReachable(waited), { timeout: 2 * resetMs + 500, interval: 20 }).toBe(true);
    expect(store.health().breaker).toBe('closed');
  });

  it('survives a kill in the middle: no call rejects, the breaker opens, and all is well within twice the reset time', async () => {
    const redis = await ownRedis();
    const store = await open(redis.url);
    await store.write([{ key: 'key', text: 'x', ttlMs: 60_000 }]);
    expect(await store.read(['key'])).toEqual({ reachable: true, texts: ['x'] });
    const inFlight = Array.from({ length: 50 }, () => store.read(['key']));
    await redis.kill();
    for (const read of await Promise.all(inFlight)) expect(read.reachable ? read.texts : ['x']).toEqual(['x']);
    for (let call = 0; call < failures; call++) await store.read(['key']);
    expect(store.health().breaker).toBe('open');
    expect(
      await timed(async () => {
        for (let i = 0; i < 1000; i++) await store.read(['key']);
      }),
    ).toBeLessThan(100);
    await ownRedis(redis.port);
    await expect.poll(() => isReachable(store), { timeout: 2 * resetMs, interval: 20 }).toBe(true);
  });

  it('waits 50 ms for a stopped Redis, not longer, and only until the breaker is open', async () => {
    const redis = await ownRedis();
    const store = await open(redis.url);
    expect(await isReachable(store)).toBe(true);
    process.kill(redis.pid, 'SIGSTOP');
    const times: number[] = [];
    for (let call = 0; call < failures + 2; call++) times.push(await timed(() => store.read(['key'])));
    expect(Math.max(...times)).toBeLessThan(150);
    expect(Math.max(...times.slice(failures))).toBeLessThan(20);
    process.kill(redis.pid, 'SIGCONT');
    await expect.poll(() => isReachable(store), { timeout: 2 * resetMs + 1000, interval: 20 }).toBe(true);
  });

  it('says so when Redis is full, and goes on reading', async () => {
    const redis = await ownRedis();
    const store = await open(redis.url);
    await store.write([{ key: 'key', text: 'x', ttlMs: 60_000 }]);
    const client = await operator(redis);
    await client.configSet({ maxmemory: '1', 'maxmemory-policy': 'noeviction' });
    for (let i = 0; i < 2 * failures; i++) {
      expect(await store.write([{ key: 'other', text: 'y', ttlMs: 60_000 }])).toBe(false);
    }
    expect(store.health().breaker).toBe('closed');
    expect(store.telemetry.counts()['store.errors']).toBeGreaterThan(0);
    expect(await store.read(['key'])).toEqual({ reachable: true, texts: ['x'] });
    expect(await store.invalidate(['key'])).toBe(true);
  });

  it('takes a refused password for an outage', async () => {
    const redis = await ownRedis();
    const store = await open(redis.url);
    const client = await operator(redis);
    await client.configSet('requirepass', 'secret');
    await client.sendCommand(['CLIENT', 'KILL', 'SKIPME', 'yes']);
    await expect.poll(() => isReachable(store), { timeout: 5000, interval: 20 }).toBe(false);
  });
});
