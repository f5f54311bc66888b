import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startProcess, type TestProcess } from './process.js';
import { insertTokens, symbolOf, tokenId } from './tokens.js';

describe.each(['memory', 'redis'] as const)('lists and look-ups, store in %s', (kind) => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let process: TestProcess;

  beforeAll(async () => {
    test = await createTestDatabase();
    await insertTokens(test.database, 12);
    counted = await countCommands(test.database);
    const redisUrl = kind === 'redis' ? inject('redisUrl') : undefined;
    process = await startProcess({
      config: test.config,
      database: counted.database,
      namespace: `catalogue-${Math.random()}`,
      cache: { redisUrl, timeoutMs: 1000, epochLifeMs: 60_000 },
    });
  });
  afterAll(async () => {
    await process?.close();
    await counted?.close();
    await test?.close();
  });

  /** Changes tokens as a writer does. */
  const change = async (write: () => Promise<unknown>) => {
    await write();
    const { catalogueEpoch } = await test.database.models.metadata
      .findOneAndUpdate({ _id: 'database' }, { $inc: { catalogueEpoch: 1 } }, { returnDocument: 'after' })
      .orFail();
    await process.publisher.publishCatalogue({ epoch: catalogueEpoch, committedAt: Date.now() });
  };
  const tokens = () => test.database.connection.collection<{ _id: string }>('tokens');
  const list = (args: { first: number; after?: string | null; isActive?: boolean | null }) =>
    process.resolve((scope) => scope.tokenList({ after: null, isActive: null, ...args }));

  it('pages through all tokens in the order of their symbols', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 3; page++) {
      const got = await list({ first: 5, after });
      expect(got).toMatchObject({ totalCount: 12, hasNextPage: page < 2, hasPreviousPage: page > 0 });
      expect(got.cursors).toHaveLength(got.ids.length);
      seen.push(...got.ids);
      after = got.cursors.at(-1) ?? null;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => tokenId(n)));
  });

  it('lists active and inactive tokens apart', async () => {
    expect((await list({ first: 50, isActive: false })).ids).toEqual([1, 3, 5, 7, 9, 11].map(tokenId));
    expect(await list({ first: 2, isActive: true })).toMatchObject({ ids: [0, 2].map(tokenId), totalCount: 6 });
  });

  it('refuses cursors that it did not give out, and sizes outside the bounds', async () => {
    const forged = Buffer.from('["T", "0x", 1]').toString('base64url');
    for (const after of ['', 'x', '%%%', forged, `${Buffer.from('["a","b"]').toString('base64url')}=`]) {
      await expect(list({ first: 1, after })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
    }
    for (const first of [0, -1, 501, 1.5, Number.NaN]) {
      await expect(list({ first })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  it('reads a known page and its tokens again with the epochs alone', async () => {
    const query = () =>
      process.resolve(async (scope) => {
        const { ids } = await scope.tokenList({ first: 5, after: null, isActive: null });
        return Promise.all(ids.map((id) => scope.token(id)));
      });
    const before = await query();
    counted.reset();
    expect(await query()).toEqual(before);
    expect([...counted.reads].sort()).toEqual(kind === 'memory' ? ['find metadata', 'find tokens'] : []);
  });

  it('finds a symbol in any case, the exact one where several fit, and names them where none is exact', async () => {
    const find = (symbol: string) => process.resolve((scope) => scope.tokenBySymbol(symbol));
    expect((await find('t0003'))?.id).toBe(tokenId(3));
    await change(() => tokens().updateOne({ _id: tokenId(4) }, { $set: { symbol: 't0003', symbolKey: 't0003' } }));
    expect((await find('t0003'))?.id).toBe(tokenId(4));
    expect((await find('T0003'))?.id).toBe(tokenId(3));
    await change(() => tokens().updateOne({ _id: tokenId(3) }, { $set: { symbol: 'tX', symbolKey: 'tx' } }));
    expect((await find('T0003'))?.id).toBe(tokenId(4));
    await change(() => tokens().updateOne({ _id: tokenId(3) }, { $set: { symbol: 'tX', symbolKey: 't0003' } }));
    await expect(find('T0003')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('t0003, tX'),
    });
  });

  it('finds an address in any case', async () => {
    const address = `0x${tokenId(10).padStart(40, '0')}`;
    for (const written of [address, address.toUpperCase().replace('0X', '0x')]) {
      expect((await process.resolve((scope) => scope.tokenByAddress(written)))?.symbol).toBe(symbolOf(10));
    }
  });

  it('remembers "not found" until a token is created', async () => {
    const id = tokenId(999);
    const ask = () =>
      process.resolve(async (scope) => [
        await scope.token(id),
        await scope.tokenBySymbol('NEW'),
        await scope.tokenByAddress('0xnew'),
      ]);
    expect(await ask()).toEqual([null, null, null]);
    await ask();
    counted.reset();
    expect(await ask()).toEqual([null, null, null]);
    expect(new Set(counted.reads)).toEqual(new Set(kind === 'memory' ? ['find metadata'] : []));
    const [copy] = await tokens()
      .find({ _id: tokenId(0) })
      .toArray();
    const born = { ...copy, _id: id, symbol: 'NEW', symbolKey: 'new', name: 'New', contractAddress: '0xnew' };
    await change(() => tokens().insertOne(born));
    for (const token of await ask()) expect(token).toMatchObject({ id, symbol: 'NEW' });
  });

  it('forgets a deleted token at once', async () => {
    const id = tokenId(11);
    expect(await process.resolve((scope) => scope.tokenBySymbol(symbolOf(11)))).not.toBeNull();
    await change(() => tokens().deleteOne({ _id: id }));
    await process.publisher.publishToken({ tokenId: id, epoch: 2, committedAt: Date.now() });
    const found = await process.resolve(async (scope) => [
      await scope.token(id),
      await scope.tokenBySymbol(symbolOf(11)),
      (await scope.tokenList({ first: 50, after: null, isActive: null })).ids.includes(id),
    ]);
    expect(found).toEqual([null, null, false]);
  });

  it('takes nothing but an id for an id', async () => {
    const scope = process.scope();
    for (const id of ['', 'catalogue', tokenId(1).toUpperCase().replace('1', 'A'), '*', `${tokenId(1)}0`]) {
      expect(await scope.token(id)).toBeNull();
    }
    await scope.close();
  });
});
