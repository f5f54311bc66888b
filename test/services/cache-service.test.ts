import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CacheService, createCacheService } from '../../src/services/cache-service.js';
import { startProcess, type TestProcess } from '../loaders/process.js';
import { commitChange, insertTokens } from '../loaders/tokens.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';

describe.each(['memory', 'redis'] as const)('cache for code outside the loaders, store in %s', (kind) => {
  let test: TestDatabase;
  let process: TestProcess;
  let cache: CacheService;
  let ids: string[];

  beforeAll(async () => {
    test = await createTestDatabase();
    ids = await insertTokens(test.database, 6);
    const redisUrl = kind === 'redis' ? inject('redisUrl') : undefined;
    process = await startProcess({
      ...test,
      namespace: `service-${Math.random()}`,
      cache: { redisUrl, timeoutMs: 1000 },
    });
    cache = createCacheService({
      store: process.store,
      epochs: process.through.epochs,
      tierTtls: test.config.cache.tierTtls,
    });
  });
  afterAll(async () => {
    await process?.close();
    await test?.close();
  });

  const commit = async (id: string) => {
    const change = await commitChange(test.database, id);
    await process.publisher.publishToken(change);
    return change.epoch;
  };
  const commitCatalogue = async () => {
    const { catalogueEpoch: epoch } = await test.database.models.metadata
      .findOneAndUpdate({ _id: 'database' }, { $inc: { catalogueEpoch: 1 } }, { returnDocument: 'after' })
      .orFail();
    await process.publisher.publishCatalogue({ epoch, committedAt: Date.now() });
    return epoch;
  };

  it('keeps a value of a token until the token changes', async () => {
    const of = { tokenId: ids[0] ?? '', name: 'report', args: { days: 7 } };
    expect(await cache.getTokenData(of)).toBeUndefined();
    expect(await cache.setTokenData({ ...of, epoch: 1, value: { sum: '12' }, tier: 'long' })).toBe(true);
    expect(await cache.getTokenData(of)).toEqual({ sum: '12' });
    expect(await cache.getTokenData({ ...of, args: { days: 8 } })).toBeUndefined();
    expect(await cache.getTokenData({ ...of, tokenId: ids[1] ?? '' })).toBeUndefined();
    await commit(of.tokenId);
    expect(await cache.getTokenData(of)).toBeUndefined();
    await cache.setTokenData({ ...of, epoch: 1, value: 'made before the commit', tier: 'long' });
    expect(await cache.getTokenData(of)).toBeUndefined();
  });

  it('tells null from nothing', async () => {
    const of = { tokenId: ids[1] ?? '', name: 'none' };
    await cache.setTokenData({ ...of, epoch: 1, value: null, tier: 'short' });
    expect(await cache.getTokenData(of)).toBeNull();
  });

  it('keeps what belongs to a symbol, in any case, until the catalogue changes', async () => {
    const epoch = await commitCatalogue();
    await cache.setTokenBySymbol({ symbol: 'Abc', epoch, value: { id: 'x' } });
    expect(await cache.getTokenBySymbol('aBC')).toEqual({ id: 'x' });
    await commitCatalogue();
    expect(await cache.getTokenBySymbol('Abc')).toBeUndefined();
  });

  it('loads once and again only after a commit', async () => {
    const id = ids[2] ?? '';
    let loads = 0;
    const ask = () => cache.withCacheFallback(`token:{${id}}:ranking`, async () => ++loads, 'medium');
    expect([await ask(), await ask()]).toEqual([1, 1]);
    await commit(id);
    expect([await ask(), await ask()]).toEqual([2, 2]);
  });

  it('keeps no value during whose making the token changed', async () => {
    const id = ids[3] ?? '';
    let loads = 0;
    const ask = () =>
      cache.withCacheFallback(
        `token:{${id}}:ranking`,
        async () => {
          loads += 1;
          if (loads === 1) await commit(id);
          return loads;
        },
        'medium',
      );
    expect([await ask(), await ask(), await ask()]).toEqual([1, 2, 2]);
  });

  it('hands the error of a load through and keeps nothing', async () => {
    const fail = () => Promise.reject(new Error('no rows today'));
    await expect(cache.withCacheFallback('anything', fail, 'short')).rejects.toThrow('no rows today');
    expect(await cache.withCacheFallback('anything', async () => 'fine', 'short')).toBe('fine');
  });

  it('removes what a pattern matches, its own entries and those of the loaders', async () => {
    const id = ids[4] ?? '';
    await process.resolve((scope) => scope.token(id));
    await cache.withCacheFallback(`token:{${id}}:a`, async () => 1, 'short');
    expect(await cache.invalidatePattern(`token:{${id}}:a`)).toBe(1);
    expect(await cache.withCacheFallback(`token:{${id}}:a`, async () => 2, 'short')).toBe(2);
    await cache.invalidatePattern(`token:{${id}}*`);
    const read = await process.store.read([`token:{${id}}`]);
    expect(read).toEqual({ reachable: true, texts: [undefined] });
  });

  it('never answers the loaders, whatever name is chosen', async () => {
    const id = ids[5] ?? '';
    await cache.withCacheFallback(`token:{${id}}`, async () => 'not a token', 'short');
    expect(await process.resolve((scope) => scope.token(id))).toMatchObject({ id });
  });
});

describe('cache for code outside the loaders, Redis refused', () => {
  it('loads each time and costs no error', async () => {
    const test = await createTestDatabase();
    const [id = ''] = await insertTokens(test.database, 1);
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const process = await startProcess({ ...test, namespace: 'refused', cache: { redisUrl } });
    const cache = createCacheService({
      store: process.store,
      epochs: process.through.epochs,
      tierTtls: test.config.cache.tierTtls,
    });
    let loads = 0;
    const ask = () => cache.withCacheFallback(`token:{${id}}:x`, async () => ++loads, 'short');
    expect([await ask(), await ask()]).toEqual([1, 2]);
    expect(await cache.getTokenData({ tokenId: id, name: 'x' })).toBeUndefined();
    expect(await cache.setTokenData({ tokenId: id, name: 'x', epoch: 1, value: 1, tier: 'short' })).toBe(false);
    expect(await cache.invalidatePattern('*')).toBeNull();
    await process.close();
    await test.close();
  });
});
