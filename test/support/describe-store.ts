import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/cache/store.js';

/** What every store promises, whatever it is made of. `create` opens one that is empty and holds entries of 1,000 bytes at most. */
export function describeStore(name: string, create: () => Promise<Store>): void {
  describe(`store in ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await create();
    });
    afterAll(() => store?.close());

    const write = (key: string, text: string, ttlMs = 60_000) => store.write([{ key, text, ttlMs }]);
    const read = async (...keys: string[]) => {
      const found = await store.read(keys);
      return found.reachable ? found.texts : found;
    };

    it('gives texts back as they were written, in the order asked', async () => {
      const texts = ['', 'null', '{"v":null}', '0', 'ä€🙂\u0000"', 'x'.repeat(1000)];
      expect(await store.write(texts.map((text, i) => ({ key: `same:${i}`, text, ttlMs: 60_000 })))).toBe(true);
      const order = [5, 0, 3, 1, 4, 2];
      expect(await read(...order.map((i) => `same:${i}`))).toEqual(order.map((i) => texts[i]));
    });

    it('tells absent keys from empty texts', async () => {
      await write('there', '');
      expect(await read('there', 'absent')).toEqual(['', undefined]);
    });

    it('asks nothing for no key', async () => {
      expect(await read()).toEqual([]);
      expect(await store.write([])).toBe(true);
      expect(await store.invalidate([])).toBe(true);
    });

    it('replaces a text and its time to live', async () => {
      await write('again', 'one', 60_000);
      await write('again', 'two', 60_000);
      expect(await read('again')).toEqual(['two']);
    });

    it('forgets a text when its time is over, fractions and nonsense of a time included', async () => {
      await store.write([
        { key: 'short', text: 'x', ttlMs: 20.5 },
        { key: 'zero', text: 'x', ttlMs: 0 },
        { key: 'nan', text: 'x', ttlMs: Number.NaN },
        { key: 'negative', text: 'x', ttlMs: -1 },
        { key: 'stays', text: 'x', ttlMs: 60_000 },
      ]);
      await expect
        .poll(() => read('short', 'zero', 'nan', 'negative', 'stays'), { timeout: 5000 })
        .toEqual([undefined, undefined, undefined, undefined, 'x']);
    });

    it('keeps no oversized text, says so, and keeps its neighbours', async () => {
      const before = store.telemetry.counts()['store.oversized'] ?? 0;
      const entries = [
        { key: 'large', text: 'x'.repeat(1001), ttlMs: 60_000 },
        { key: 'fits', text: 'x', ttlMs: 60_000 },
      ];
      expect(await store.write(entries)).toBe(false);
      expect(await read('large', 'fits')).toEqual([undefined, 'x']);
      expect(store.telemetry.counts()['store.oversized']).toBe(before + 1);
    });

    it('removes keys, and confirms also for absent ones', async () => {
      await write('gone', 'x');
      expect(await store.invalidate(['gone', 'never there'])).toBe(true);
      expect(await read('gone')).toEqual([undefined]);
    });

    it('removes by pattern what matches and nothing else', async () => {
      const names = ['token:{a}', 'token:{a}:holders:limit=1', 'token:{b}', 'tokens:list', 'token:{a', 'x[1]'];
      for (const name of names) await write(name, 'x');
      expect(await store.invalidatePattern('token:{a}*')).toBe(2);
      expect(await store.invalidatePattern('x[1]')).toBe(1);
      expect(await read(...names)).toEqual([undefined, undefined, 'x', 'x', 'x', undefined]);
      expect(await store.invalidatePattern('nothing*')).toBe(0);
    });

    it('removes thousands by pattern', async () => {
      const entries = Array.from({ length: 3000 }, (_, i) => ({ key: `many:${i}`, text: 'x', ttlMs: 60_000 }));
      expect(await store.write(entries)).toBe(true);
      expect(await store.invalidatePattern('many:?')).toBe(10);
      expect(await store.invalidatePattern('many:*')).toBe(2990);
    });

    it('writes and reads thousands at once', async () => {
      const entries = Array.from({ length: 5000 }, (_, i) => ({
        key: `lot:${i}`,
        text: `${i}`.repeat(100),
        ttlMs: 60_000,
      }));
      expect(await store.write(entries)).toBe(true);
      expect(await read(...entries.map(({ key }) => key))).toEqual(entries.map(({ text }) => text));
    });
  });
}
