import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FolderOwner, isOwnerGone, ownOwner, readOwner } from './folder-owner.js';
import { spoolProblem } from './spool-problem.js';

/** A folder for one import. */
export interface TempFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes a folder for one import in `parent`, and removes those that imports left which were killed. Several machines or containers may
 * share `parent`: each folder says whose it is and is touched while it is in use, so that nobody takes a living one for an abandoned one.
 */
export async function createTempFolder(parent: string): Promise<TempFolder> {
  const home = resolve(parent);
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    const owner = await ownOwner();
    const path = await mkdtemp(join(home, `${prefix}${process.pid}-`));
    const lock = join(path, lockName);
    await writeFile(lock, JSON.stringify(owner));
    await removeAbandoned(home, { path, owner });
    const beat = setInterval(() => {
      const now = new Date();
      // A folder that somebody removed by hand is told by the next write into it.
      utimes(lock, now, now).catch(() => undefined);
    }, beatMs);
    beat.unref();
    return {
      path,
      remove: async () => {
        clearInterval(beat);
        await rm(path, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw spoolProblem(error, home);
  }
}

const prefix = 'import-';
const lockName = 'lock';
const beatMs = 30_000;
/** Much longer than any piece of work during which nothing else runs, such as the merging of sorted files. */
const silentMs = 20 * 60_000;

async function removeAbandoned(home: string, mine: { path: string; owner: FolderOwner }): Promise<void> {
  // The clock of the disk, which may be another machine's.
  const now = (await stat(join(mine.path, lockName))).mtimeMs;
  for (const name of await readdir(home)) {
    const path = join(home, name);
    if (!name.startsWith(prefix) || path === mine.path) continue;
    const lock = await readOwner(join(path, lockName));
    // Without a lock it is about to get one, or its import died before.
    const touched = await stat(lock ? join(path, lockName) : path).catch(() => undefined);
    if (!touched) continue;
    const silent = now - touched.mtimeMs > silentMs;
    if (!isOwnerGone(lock, { own: mine.owner, silent })) continue;
    // What cannot be removed, such as the folder of another user, is in nobody's way.
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
