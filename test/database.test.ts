import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../src/database.js';
import { ConfigurationError, DatabaseUnsuitableError, UpstreamUnavailableError } from '../src/errors.js';
import { formatVersion } from '../src/models/metadata.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

let first: TestDatabase;
let second: TestDatabase;
beforeAll(async () => {
  [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(async () => {
  await Promise.all([first.close(), second.close()]);
});

describe('database', () => {
  it('has an identity of its own that stays when it is opened again', async () => {
    expect(first.database.metadata.databaseId).not.toBe(second.database.metadata.databaseId);
    const again = await createDatabase({ config: first.config.database });
    expect(again.metadata).toEqual(first.database.metadata);
    await again.close();
  });

  it('keeps two databases of one process apart', async () => {
    await first.database.models.jobs.create({ _id: 'purge:a', kind: 'purge', tokenId: 'a', createdAt: new Date() });
    expect(await first.database.models.jobs.countDocuments({})).toBe(1);
    expect(await second.database.models.jobs.countDocuments({})).toBe(0);
  });

  it('throws on a filter by an unknown field instead of matching everything', async () => {
    const unknownField: Record<string, unknown> = { tokenID: 'a' };
    await expect(first.database.models.holders.find(unknownField).lean()).rejects.toThrow(/tokenID/);
  });

  it('has the declared unique indexes', async () => {
    const unique = async (
      name: 'tokens' | 'transactionActivity' | 'hourlyActivity' | 'weeklyPayments' | 'tokenPriceData' | 'holders',
    ) =>
      (await first.database.models[name].collection.indexes())
        .filter((index) => index.unique)
        .map((index) => Object.keys(index.key).join());
    expect((await unique('tokens')).sort()).toEqual(['contractAddress', 'name', 'symbol']);
    expect(await unique('transactionActivity')).toEqual(['tokenId,blockNumber,logIndex']);
    expect(await unique('hourlyActivity')).toEqual(['tokenId,date,hour']);
    expect(await unique('weeklyPayments')).toEqual(['tokenId,weekStartDate']);
    expect(await unique('tokenPriceData')).toEqual(['tokenId,timestamp']);
    expect(await unique('holders')).toEqual(['tokenId,address']);
  });

  it('refuses a format that is newer than the program, and says what to do', async () => {
    await second.database.models.metadata.updateOne(
      { _id: 'database' },
      { $set: { formatVersion: formatVersion + 1 } },
    );
    const open = createDatabase({ config: second.config.database });
    await expect(open).rejects.toThrow(DatabaseUnsuitableError);
    await expect(open).rejects.toThrow(/newer version/);
  });

  it('says of a MONGODB_URI that makes no sense what is wrong with it, because no waiting helps', async () => {
    const uri = 'mongodb://127.0.0.1:9/nothing?nonsense=1';
    const open = createDatabase({ config: { ...first.config.database, uri } });
    await expect(open).rejects.toThrow(ConfigurationError);
    await expect(open).rejects.toThrow(/MONGODB_URI: .*nonsense/);
  });

  it('says of a DATA_DIR that cannot be used why, whether it holds something else or is below a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'foreign-'));
    await writeFile(join(folder, 'letter.txt'), 'hello');
    const { uri: _uri, ...config } = first.config.database;
    for (const [dataDir, reason] of [
      [folder, /DATA_DIR.*letter\.txt/],
      [join(folder, 'letter.txt', 'store'), /DATA_DIR.*ENOTDIR/],
    ] as const) {
      const open = createDatabase({ config: { ...config, uri: undefined, dataDir } });
      await expect(open).rejects.toThrow(DatabaseUnsuitableError);
      await expect(open).rejects.toThrow(reason);
    }
    await rm(folder, { recursive: true });
  });

  it('says within two seconds that nothing answers at MONGODB_URI', async () => {
    const started = performance.now();
    const open = createDatabase({ config: { ...first.config.database, uri: 'mongodb://127.0.0.1:9/nothing' } });
    await expect(open).rejects.toThrow(UpstreamUnavailableError);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
