import { createClient } from '@redis/client';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { EpochKeys } from '../../src/cache/epoch-keys.js';
import { type EpochValue, encodeEpochValue, parseEpochValue } from '../../src/cache/epoch-value.js';
import { createEpochs } from '../../src/cache/epochs.js';
import { createEpochPublisher } from '../../src/cache/publisher.js';
import { createStore, type Store } from '../../src/cache/store.js';
import { readConfig } from '../../src/config.js';
import { freePort } from '../support/free-port.js';

const subject = '000000000000000000000001';
const value = (epoch: number, asOfBlock = 7): EpochValue => ({
  epoch,
  asOfBlock,
  asOfTime: '2025-01-01T00:00:00.000Z',
  finalizedBlock: null,
});

describe('epoch keys on Redis', () => {
  const namespace = `epochs-${Math.random()}`;
  const key = `${namespace}:epoch:{${subject}}`;
  const client = createClient({ url: inject('redisUrl') });
  let store: Store;
  let epochKeys: EpochKeys;

  beforeAll(async () => {
    await client.connect();
    store = await createStore({
      config: { ...readConfig({}).cache, redisUrl: inject('redisUrl'), timeoutMs: 2000 },
      namespace,
    });
    if (!store.epochKeys) throw new Error('Redis has epoch keys.');
    epochKeys = store.epochKeys;
  });
  afterAll(async () => {
    client.destroy();
    await store.close();
  });
  beforeEach(() => client.del(key));

  const settle = (to: EpochValue | null, lease = 'L:mine') => epochKeys.settle(new Map([[subject, to]]), lease);

  it('leases an absent key for A, and no other', async () => {
    expect(await epochKeys.lease([subject], 'L:mine')).toEqual([subject]);
    expect(await client.get(key)).toBe('L:mine');
    expect(await client.pTTL(key)).toBeLessThanOrEqual(1000);
    expect(await epochKeys.lease([subject], 'L:other')).toEqual([]);
    await settle(value(3));
    expect(await epochKeys.lease([subject], 'L:other')).toEqual([]);
    expect(await client.get(key)).toBe(encodeEpochValue(value(3)));
  });

  it('replaces its own lease by the value for L, and nothing else', async () => {
    await epochKeys.lease([subject], 'L:mine');
    await settle(value(3), 'L:other');
    expect(await client.get(key)).toBe('L:mine');
    await settle(value(3));
    expect(parseEpochValue((await client.get(key)) ?? '')).toEqual(value(3));
    const life = await client.pTTL(key);
    expect(life).toBeGreaterThan(1500);
    expect(life).toBeLessThanOrEqual(2000);
    await client.del(key);
    await settle(value(3));
    expect(await client.exists(key)).toBe(0);
  });

  it('gives its lease back where there is no such token', async () => {
    await epochKeys.lease([subject], 'L:mine');
    await settle(null);
    expect(await client.exists(key)).toBe(0);
  });

  it('publishes by deleting a lower value or any lease; it never creates a key', async () => {
    expect(await epochKeys.publish(subject, 4)).toBe(true);
    expect(await client.exists(key)).toBe(0);
    for (const [text, published, left] of [
      [encodeEpochValue(value(3)), 4, false],
      [encodeEpochValue(value(9)), 10, false],
      [encodeEpochValue(value(4)), 4, true],
      [encodeEpochValue(value(5)), 4, true],
      ['L:anybody', 4, false],
      ['garbage', 4, false],
    ] as const) {
      await client.set(key, text, { PX: 5000 });
      expect(await epochKeys.publish(subject, published)).toBe(true);
      expect(await client.exists(key), `${text} after publish of ${published}`).toBe(left ? 1 : 0);
    }
  });

  it('lets no reader leave what it read before a commit, when the publish came in between', async () => {
    await epochKeys.lease([subject], 'L:mine');
    await epochKeys.publish(subject, 4);
    await settle(value(3));
    expect(await client.exists(key)).toBe(0);
  });

  it('does no harm when a publish arrives late', async () => {
    await epochKeys.lease([subject], 'L:mine');
    await settle(value(5));
    await epochKeys.publish(subject, 4);
    expect(await client.get(key)).toBe(encodeEpochValue(value(5)));
  });

  it('takes a key that nobody of us wrote for absent', async () => {
    const plant: Array<() => Promise<unknown>> = [
      () => client.set(key, 'garbage'),
      () => client.set(key, encodeEpochValue(value(99))),
      () => client.lPush(key, 'x'),
      () => client.hSet(key, 'a', 'b'),
    ];
    for (const put of plant) {
      await client.del(key);
      await put();
      expect(await epochKeys.lease([subject], 'L:mine')).toEqual([subject]);
      await client.del(key);
      await put();
      expect(await epochKeys.publish(subject, 4)).toBe(true);
    }
  });

  it('refreshes asOf within a living value of the same epoch, without a longer life and never backwards', async () => {
    await epochKeys.refresh(subject, value(3, 8));
    expect(await client.exists(key)).toBe(0);
    await client.set(key, encodeEpochValue(value(3, 8)), { PX: 500 });
    await epochKeys.refresh(subject, value(3, 9));
    expect(await client.get(key)).toBe(encodeEpochValue(value(3, 9)));
    expect(await client.pTTL(key)).toBeLessThanOrEqual(500);
    for (const other of [value(3, 8), value(4, 10), value(2, 10)]) await epochKeys.refresh(subject, other);
    expect(await client.get(key)).toBe(encodeEpochValue(value(3, 9)));
  });

  it('lets one of many readers fill the key; the others read MongoDB and set nothing', async () => {
    await client.set(key, 'L:somebody', { PX: 5000 });
    let loads = 0;
    const epochs = createEpochs({
      epochKeys,
      load: async () => {
        loads += 1;
        return new Map([[subject, value(3)]]);
      },
    });
    const resolved = await epochs.resolve(new Map([[subject, 'L:somebody']]));
    expect(resolved.get(subject)).toEqual(value(3));
    expect(loads).toBe(1);
    expect(await client.get(key)).toBe('L:somebody');
  });

  it('uses no epoch below the highest that this process has seen', async () => {
    let stored = value(4);
    const epochs = createEpochs({ epochKeys, load: async () => new Map([[subject, stored]]) });
    await epochs.confirm([subject]);
    const resolve = async (text: EpochValue) =>
      (await epochs.resolve(new Map([[subject, encodeEpochValue(text)]]))).get(subject);
    expect(await resolve(value(3))).toEqual(value(4));
    stored = value(5);
    expect(await resolve(value(4))).toEqual(value(4));
    expect(await resolve(value(6))).toEqual(value(6));
    stored = value(7);
    expect(await resolve(value(5))).toEqual(value(7));
  });

  it('keeps a deleted token deleted, whatever a key still says', async () => {
    let stored: EpochValue | null = value(4);
    const epochs = createEpochs({ epochKeys, load: async () => new Map([[subject, stored]]) });
    await epochs.confirm([subject]);
    stored = null;
    await epochs.confirm([subject]);
    expect((await epochs.resolve(new Map([[subject, encodeEpochValue(value(4))]]))).get(subject)).toBeNull();
  });
});

describe('publishing', () => {
  it('waits for L + A after the commit when nobody confirms, and not longer', async () => {
    const store = await createStore({
      config: {
        ...readConfig({}).cache,
        redisUrl: `redis://127.0.0.1:${await freePort()}`,
        epochLifeMs: 300,
        epochLeaseMs: 200,
      },
      namespace: 'nobody',
    });
    const { publishToken, publishCatalogue } = createEpochPublisher({ store });
    for (const publish of [
      (committedAt: number) => publishToken({ tokenId: subject, epoch: 2, committedAt }),
      (committedAt: number) => publishCatalogue({ epoch: 2, committedAt }),
    ]) {
      const start = Date.now();
      await publish(start);
      expect(Date.now() - start).toBeGreaterThanOrEqual(500);
      expect(Date.now() - start).toBeLessThan(900);
      const late = Date.now();
      await publish(late - 10_000);
      expect(Date.now() - late).toBeLessThan(100);
    }
    await store.close();
  });

  it('has nobody to tell when the store is memory', async () => {
    const store = await createStore({ config: readConfig({}).cache, namespace: 'memory' });
    const start = Date.now();
    await createEpochPublisher({ store }).publishToken({ tokenId: subject, epoch: 2, committedAt: start });
    expect(Date.now() - start).toBeLessThan(100);
    await store.close();
  });
});
