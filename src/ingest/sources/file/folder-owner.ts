import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** The process that uses a folder. `realm` is where its number means something: one running kernel and one namespace of processes. */
export type FolderOwner = z.infer<typeof form>;

const form = z.object({ pid: z.number().int().positive(), realm: z.string() });

/** This process. Two containers differ in their namespace, two machines in the number that each kernel draws at its start. */
export async function ownOwner(): Promise<FolderOwner> {
  const parts = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    // No /proc, no namespaces: there the name of the machine has to do.
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return { pid: process.pid, realm: [hostname(), ...parts].map((part) => part.trim()).join(' ') };
}

/** The process that a lock file names; undefined where there is none or it is not written yet. */
export async function readOwner(path: string): Promise<FolderOwner | undefined> {
  try {
    return form.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * True when nobody uses the folder any more. Of the same realm the number of the process tells it at once; of another realm, whose numbers
 * mean other processes here, only a long silence does.
 */
export function isOwnerGone(owner: FolderOwner | undefined, { own, silent }: { own: FolderOwner; silent: boolean }) {
  return owner?.realm === own.realm ? !isAlive(owner.pid) : silent;
}

/** A process that belongs to somebody else is alive too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
