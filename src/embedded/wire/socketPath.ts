import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Longest path of a unix socket that every system takes: 108 bytes with the closing zero, 104 on macOS. */
const maxPathBytes = 103;
const socketName = /^server-(\d+)-[0-9a-f]{6}\.sock$/;
const fallbackName = /^embedded-(\d+)-\w{6}$/;

/** A socket of this process alone: each process that shares a data directory serves its own. */
export interface SocketPlace {
  readonly path: string;
  /** Removes what was made for it. */
  readonly remove: () => void;
}

/**
 * Chooses the socket of this process: inside the data directory, or, when that path is too long for a socket,
 * in a short directory of its own. Sockets that dead processes left are removed on the way.
 */
export function chooseSocket(dataDir: string): SocketPlace {
  removeStale(dataDir, socketName);
  removeStale(tmpdir(), fallbackName);
  const path = join(resolve(dataDir), `server-${process.pid}-${randomBytes(3).toString('hex')}.sock`);
  if (Buffer.byteLength(path) <= maxPathBytes) return { path, remove: () => rmSync(path, { force: true }) };
  // mkdtemp makes it with mode 0700.
  const directory = mkdtempSync(join(tmpdir(), `embedded-${process.pid}-`));
  return {
    path: join(directory, 'server.sock'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A socket is stale when no process has its number any more; the number of a living stranger keeps it, which harms nobody. */
function removeStale(directory: string, pattern: RegExp): void {
  for (const name of readdirSync(directory)) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(directory, name);
    if (ownedByUs(path)) rmSync(path, { recursive: true, force: true });
  }
}

function ownedByUs(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
