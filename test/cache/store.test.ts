import { createClient } from '@redis/client';
import { describe, expect, inject, it } from 'vitest';
import { createStore } from '../../src/cache/store.js';
import { readConfig } from '../../src/config.js';
import { describeStore } from '../support/describe-store.js';

const settings = { ...readConfig({}).cache, entryBytes: 1000, timeoutMs: 2000 };

describeStore('memory', () => createStore({ config: settings, namespace: 'test' }));
describeStore('Redis', () =>
  createStore({ config: { ...settings, redisUrl: inject('redisUrl') }, namespace: `store-${Math.random()}` }),
);

describe('memory', () => {
  it('stays within its bytes and lets the least recently used go first', async () => {
    const store = await createStore({ config: { ...settings, memoryBytes: 100_000 }, namespace: 'test' });
    const text = 'x'.repeat(900);
    for (let i = 0; i < 1000; i++) {
      await store.write([{ key: `k${i}`, text, ttlMs: 60_000 }]);
      await store.read(['k0']);
    }
    const keys = Array.from({ length: 1000 }, (_, i) => `k${i}`);
    const read = await store.read(keys);
    const left = read.reachable ? keys.filter((_, i) => read.texts[i] !== undefined) : [];
    expect(left.length).toBeGreaterThan(50);
    expect(left.length * 900).toBeLessThan(100_000);
    expect(left).toContain('k0');
    expect(left).toContain('k999');
    expect(left).not.toContain('k1');
    await store.close();
  });
});

describe('Redis', () => {
  it('keeps two namespaces apart, also when one is cleared', async () => {
    const open = (namespace: string) =>
      createStore({ config: { ...settings, redisUrl: inject('redisUrl') }, namespace });
    const mine = await open(`a-${Math.random()}`);
    const other = await open(`b-${Math.random()}`);
    await mine.write([{ key: 'same', text: 'mine', ttlMs: 60_000 }]);
    await other.write([{ key: 'same', text: 'other', ttlMs: 60_000 }]);
    expect(await mine.invalidatePattern('*')).toBe(1);
    expect(await other.read(['same'])).toEqual({ reachable: true, texts: ['other'] });
    await mine.close();
    await other.close();
  });

  it('takes a key of another type for absent and writes over it', async () => {
    const namespace = `types-${Math.random()}`;
    const store = await createStore({ config: { ...settings, redisUrl: inject('redisUrl') }, namespace });
    const client = await createClient({ url: inject('redisUrl') }).connect();
    await client.lPush(`${namespace}:list`, ['a', 'b']);
    expect(await store.read(['list'])).toEqual({ reachable: true, texts: [undefined] });
    expect(await store.write([{ key: 'list', text: 'x', ttlMs: 60_000 }])).toBe(true);
    expect(await store.read(['list'])).toEqual({ reachable: true, texts: ['x'] });
    expect(await client.pTTL(`${namespace}:list`)).toBeGreaterThan(50_000);
    client.destroy();
    await store.close();
  });
});
