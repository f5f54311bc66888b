import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FolderOwner, ownOwner } from '../../src/ingest/sources/file/folder-owner.js';
import { Spool } from '../../src/ingest/sources/file/spool.js';
import { createTempFolder } from '../../src/ingest/sources/file/temp-folder.js';
import { writeAll } from '../../src/ingest/sources/file/write-all.js';
import { createRandom, shuffled } from './support.js';

describe('sorting on disk', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'spool-test-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const abandoned = async (name: string, owner: FolderOwner | undefined, minutes: number) => {
    const path = join(home, name);
    const lock = join(path, 'lock');
    await mkdir(path);
    if (owner) await writeFile(lock, JSON.stringify(owner));
    const touched = new Date(Date.now() - minutes * 60_000);
    await utimes(owner ? lock : path, touched, touched);
    return path;
  };

  it('removes what killed imports left, and nothing that may be in use', async () => {
    const own = await ownOwner();
    const dead = { ...own, pid: 2 ** 30 };
    const elsewhere = { ...dead, realm: 'another machine or container' };
    const kept = [
      await abandoned('import-1', own, 600),
      await abandoned('import-2', elsewhere, 5),
      await abandoned('import-3', undefined, 5),
      await abandoned('notes', elsewhere, 600),
    ];
    const gone = [
      await abandoned('import-4', dead, 0),
      await abandoned('import-5', elsewhere, 600),
      // The same number as a living process here, but not the same process.
      await abandoned('import-6', { ...elsewhere, pid: own.pid }, 600),
      await abandoned('import-7', undefined, 600),
    ];
    const mine = await createTempFolder(home);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    expect(gone.filter((path) => existsSync(path))).toEqual([]);
    expect(JSON.parse(await readFile(join(mine.path, 'lock'), 'utf8'))).toEqual(own);
    const other = await createTempFolder(home);
    expect([existsSync(mine.path), existsSync(other.path)]).toEqual([true, true]);
    await mine.remove();
    await other.remove();
    expect((await readdir(home)).sort()).toEqual(['import-1', 'import-2', 'import-3', 'notes']);
  });

  it('touches its lock while it is in use, so that others leave it alone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const folder = await createTempFolder(home);
      const lock = join(folder.path, 'lock');
      await utimes(lock, new Date(0), new Date(0));
      vi.advanceTimersByTime(60_000);
      await vi.waitFor(async () => expect((await stat(lock)).mtimeMs).toBeGreaterThan(Date.now() - 60_000));
      await folder.remove();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says which folder and which variable when the place cannot be used', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    await expect(createTempFolder(file)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `DATA_DIR: the rows of an import are sorted in ${file}, but a file stands where the folder belongs; move it, or set DATA_DIR to another folder (EEXIST).`,
    });
    await expect(createTempFolder(join(file, 'tmp'))).rejects.toThrow(/DATA_DIR: .*a file stands where .*\(ENOTDIR\)/);
  });

  it.runIf(process.platform === 'linux')('says so when the disk is full', async () => {
    await symlink('/dev/full', join(home, 'run-0'));
    const spool = new Spool(home);
    spool.add({ token: 0, block: 1, log: 1, sequence: 0 }, '0\t1\t1\t0\t');
    expect(() => [...spool.sorted()]).toThrow(
      `DATA_DIR: the rows of an import are sorted in ${home}, but the disk is full; free about as much as the files unpacked, or set DATA_DIR to a folder of a larger disk (ENOSPC).`,
    );
  });

  it('writes a text to its end, however little one call takes', () => {
    const text = 'Zeilen \u00fc\n'.repeat(1_000);
    let written = '';
    writeAll(0, text, (_file, bytes, at) => {
      const part = bytes.subarray(at, at + 1 + (at % 7));
      written += part.toString('latin1');
      return part.length;
    });
    expect(written).toBe(text);
  });

  it('gives back all lines in order, also when they fill several files', () => {
    const random = createRandom(3);
    const keys = Array.from({ length: 3_000 }, (_, sequence) => ({
      token: Math.floor(random() * 3),
      block: Math.floor(random() * 200),
      log: Math.floor(random() * 5),
      sequence,
    }));
    const lineOf = ({ token, block, log, sequence }: (typeof keys)[number]) =>
      `${[token, block, log, sequence].join('\t')}\t${'x'.repeat(12_000)}`;
    const spool = new Spool(home);
    for (const key of shuffled(keys, 5)) spool.add(key, lineOf(key));
    const wanted = [...keys].sort(
      (a, b) => a.token - b.token || a.block - b.block || a.log - b.log || a.sequence - b.sequence,
    );
    let at = 0;
    for (const line of spool.sorted()) {
      if (line !== lineOf(wanted[at] as (typeof keys)[number])) expect(line.slice(0, 60)).toBe(at);
      at += 1;
    }
    expect(at).toBe(keys.length);
  });
});
