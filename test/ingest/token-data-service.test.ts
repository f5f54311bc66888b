import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenNotFoundError } from '../../src/errors.js';
import { createLease } from '../../src/ingest/lease.js';
import { tokenCollections } from '../../src/models/models.js';
import { leaseName } from '../../src/services/feeding/token-feed.js';
import { noteHints } from '../../src/services/hints.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, randomTransfers, wallet } from './support.js';

describe('the token service', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  const countRows = async (tokenId: string) => {
    let rows = 0;
    for (const name of tokenCollections) {
      rows += await test.database.connection.collection(name).countDocuments({ tokenId });
    }
    return rows;
  };

  it('names the field that another token has', async () => {
    const { service } = createIngest(test.database);
    const one = { name: 'One', symbol: 'ONE', contractAddress: wallet(0x10) };
    await service.createToken(one);
    const two = { name: 'Two', symbol: 'TWO', contractAddress: wallet(0x20) };
    const fields = ['name', 'symbol', 'contractAddress'] as const;
    for (const field of fields) {
      await expect(service.createToken({ ...two, [field]: one[field] })).rejects.toMatchObject({
        code: 'TOKEN_CONFLICT',
        details: { field },
      });
    }
    const created = await service.createToken(two);
    await expect(service.updateToken(created._id, { symbol: 'ONE' })).rejects.toMatchObject({
      details: { field: 'symbol' },
    });
    await expect(service.updateToken('0'.repeat(24), { symbol: 'X' })).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    });
  });

  it('refuses what is no token, and says what was expected', async () => {
    const { service } = createIngest(test.database);
    const token = { name: 'Bad', symbol: 'BAD', contractAddress: wallet(0x30) };
    await expect(service.createToken({ ...token, contractAddress: wallet(0) })).rejects.toThrow(/not the zero address/);
    await expect(service.createToken({ ...token, symbol: ' ' })).rejects.toThrow(/symbol: expected 1 to 200/);
    await expect(service.createToken({ ...token, decimals: 256 })).rejects.toThrow(/decimals: expected .* 0 to 255/);
  });

  it('raises the catalogue epoch when lists change, and the epoch alone when only the data does', async () => {
    const { service, published } = createIngest(test.database);
    const { _id } = await service.createToken({ name: 'C', symbol: 'C', contractAddress: wallet(0x40) });
    await service.updateToken(_id, { isActive: false });
    await service.updateToken(_id, { isActive: false });
    await service.updateToken(_id, { paymentRule: { kind: 'METHODS' as never, selectors: ['0xA9059CBB'] } });
    expect(published.catalogue).toHaveLength(2);
    expect(published.tokens.map(({ epoch }) => epoch)).toEqual([1, 2, 2, 3]);
    const row = await test.database.models.tokens.findOne({ _id }).lean();
    expect(row?.paymentRule).toEqual({ kind: 'METHODS', addresses: [], selectors: ['0xa9059cbb'] });
  });

  it('hides a deleted token at once, frees its names, and refuses rows for it', async () => {
    const { service, pipeline, published } = createIngest(test.database);
    const token = { name: 'Gone', symbol: 'GONE', contractAddress: wallet(0x50) };
    const { _id: tokenId } = await service.createToken(token);
    const transfers = randomTransfers({ seed: 1, count: 20 });
    await pipeline.commit({ tokenId, source: 'file', transfers });
    expect(await service.deleteToken(tokenId)).toBe(true);
    expect(await service.deleteToken(tokenId)).toBe(false);
    expect(published.tokens.at(-1)).toEqual({ tokenId, epoch: 3 });
    await expect(pipeline.commit({ tokenId, source: 'file', transfers })).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    });
    const again = await service.createToken(token);
    expect(again._id).not.toBe(tokenId);
    expect(await countRows(tokenId)).toBeGreaterThan(0);
    await service.runPurges();
    expect(await countRows(tokenId)).toBe(0);
    expect(await test.database.models.jobs.countDocuments({})).toBe(0);
  });

  it('keeps nothing among the jobs of a deleted token: neither the lease of its feed nor a hint', async () => {
    const { service } = createIngest(test.database);
    const { database } = test;
    const [gone, kept] = await Promise.all(
      [0x71, 0x72].map(async (n) => {
        const contractAddress = wallet(n);
        const { _id: tokenId } = await service.createToken({ name: `T${n}`, symbol: `T${n}`, contractAddress });
        const lease = createLease({ database, name: leaseName(tokenId), tokenId, lifeMs: 60_000 });
        expect(await lease.hold()).toBe(1);
        expect(await noteHints(database, [contractAddress])).toBe(1);
        return { tokenId, lease };
      }),
    );
    const jobsOf = async (tokenId = '') => {
      const jobs = await database.models.jobs.find({}).lean();
      return jobs.flatMap(({ _id, tokenId: of, kind }) => (`${_id} ${of}`.includes(tokenId) ? [kind] : [])).sort();
    };
    await service.deleteToken(gone?.tokenId ?? '');
    expect(await jobsOf(gone?.tokenId)).toEqual(['hint', 'lease', 'purge']);
    await service.runPurges();
    expect(await jobsOf(gone?.tokenId)).toEqual([]);
    expect(await jobsOf(kept?.tokenId)).toEqual(['hint', 'lease']);
    // Whoever fed it finds that it is gone, and makes no lease of it again.
    await expect(gone?.lease.release()).resolves.toBeUndefined();
    const late = createLease({ database, name: leaseName(gone?.tokenId ?? ''), ...gone, lifeMs: 60_000 });
    await expect(late.hold()).rejects.toThrow(TokenNotFoundError);
    expect(await jobsOf(gone?.tokenId)).toEqual([]);
    await service.deleteToken(kept?.tokenId ?? '');
    await service.runPurges();
  });

  it('removes the rest after the process that was removing the rows is killed', async () => {
    const { service, pipeline } = createIngest(test.database);
    const { _id: tokenId } = await service.createToken({ name: 'Big', symbol: 'BIG', contractAddress: wallet(0x60) });
    await pipeline.commit({ tokenId, source: 'file', transfers: randomTransfers({ seed: 2, count: 1_500, days: 60 }) });
    await service.deleteToken(tokenId);
    const before = await countRows(tokenId);
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'purge-child.ts')], {
      env: { ...process.env, ...test.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await countRows(tokenId)).toBeLessThanOrEqual(before);
    await service.runPurges();
    expect(await countRows(tokenId)).toBe(0);
    expect(await test.database.models.jobs.countDocuments({})).toBe(0);
  });
});
