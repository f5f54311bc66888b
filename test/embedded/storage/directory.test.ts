import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStorage } from '../../../src/embedded/storage/index.js';
import { findAll, insertAll, language, openTestStorage, temporaryDirectory } from './harness.js';

const refused = (path: string, reason: RegExp) =>
  expect(openStorage({ path, language })).rejects.toThrow(
    expect.objectContaining({ message: expect.stringMatching(new RegExp(`${path}.*${reason.source}.*\\.$`)) }),
  );

describe('a data directory', () => {
  it('is made where it is missing, for its owner alone, and keeps what was written', async () => {
    const path = join(temporaryDirectory(), 'new', 'data');
    const storage = await openStorage({ path, language });
    await insertAll(storage, 'test.rows', [{ _id: 1 }]);
    await storage.close();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(path).sort()).toEqual(['data.mdb', 'format.json', 'lock.mdb']);
    expect(findAll(await openTestStorage(path), { ns: 'test.rows' })).toEqual([{ _id: 1 }]);
  });

  it('is refused with its path and the remedy when it is a file, or somebody else’s', async () => {
    const path = temporaryDirectory();
    writeFileSync(join(path, 'file'), 'text');
    await refused(join(path, 'file'), /is a file, not a directory/);
    await refused(path, /holds file but no format\.json/);
    mkdirSync(join(path, 'other'));
    writeFileSync(join(path, 'other', 'format.json'), '{"name":"something else"}');
    await refused(join(path, 'other'), /format\.json is not ours/);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('text');
    expect(readdirSync(path).sort()).toEqual(['file', 'other']);
  });

  it('is refused when a newer program wrote it, and left as it is', async () => {
    const path = temporaryDirectory();
    await (await openStorage({ path, language })).close();
    const stamp = JSON.parse(readFileSync(join(path, 'format.json'), 'utf8'));
    writeFileSync(join(path, 'format.json'), JSON.stringify({ ...stamp, format: stamp.format + 1 }));
    await refused(path, /has format 2 and this program reads up to 1.*newer program/);
  });

  it('is refused when its data file is damaged or cut short', async () => {
    for (const damage of [
      (file: string) => writeFileSync(file, Buffer.alloc(100_000, 7)),
      (file: string) => writeFileSync(file, 'short'),
      (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    ]) {
      const path = temporaryDirectory();
      const storage = await openStorage({ path, language });
      await insertAll(
        storage,
        'test.rows',
        Array.from({ length: 2_000 }, (_, _id) => ({ _id, text: 'x'.repeat(200) })),
      );
      await storage.close();
      damage(join(path, 'data.mdb'));
      await refused(path, /data\.mdb .*(does not begin as an lmdb file|cut short).*Restore/);
    }
  });

  it('can be opened by several at the same moment while it is made', async () => {
    const path = join(temporaryDirectory(), 'shared');
    const stores = await Promise.all([1, 2, 3].map(() => openTestStorage(path)));
    await Promise.all(stores.map((storage, _id) => insertAll(storage, 'test.rows', [{ _id }])));
    expect(findAll(stores[0]!, { ns: 'test.rows' })).toHaveLength(3);
  });
});
