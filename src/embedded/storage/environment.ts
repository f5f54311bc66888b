import { type Database, open, type RootDatabase } from 'lmdb';
import { claimDirectory, unreadable } from './directory.js';
import { createGate, type Gate } from './gate.js';

/** Values are bytes, keys are latin1 strings (see keys.ts). */
export type Store = Database<Buffer, string>;

/** One lmdb environment and its three key spaces. */
export interface Environment {
  readonly root: RootDatabase<Buffer, string>;
  /** The way to every write; see gate.ts. */
  readonly gate: Gate;
  /** Collection id + `_id` → raw BSON, with the number of the commit that wrote it as version. */
  readonly documents: Store;
  /** Index id + fields (+ `_id`) → nothing, or for unique indexes the `_id` key. */
  readonly keys: Store;
  /** Collections, indexes, counters and replies; see catalog.ts. */
  readonly catalog: Store;
}

/** Opens the directory, or says why it cannot and what to do. */
export async function openEnvironment(path: string): Promise<Environment> {
  claimDirectory(path);
  const gate = createGate(path);
  // lmdb writes when it opens: a new file, the names of the key spaces.
  return await gate.enter(() => openThrough(gate, path));
}

/** Closes the environment; lmdb waits for the disk in it, of all processes one at a time, as for a write. */
export async function closeEnvironment({ root, gate }: Environment): Promise<void> {
  await (await gate.enter(() => ({ closed: root.close() }))).closed;
}

function openThrough(gate: Gate, path: string): Environment {
  try {
    const root: RootDatabase<Buffer, string> = open({
      path,
      noSubdir: false,
      encoding: 'binary',
      cache: false,
      maxDbs: 8,
      maxReaders: 2048,
      mapSize: MAP_BYTES,
    });
    const space = (name: string, useVersions: boolean): Store =>
      root.openDB<Buffer, string>(name, { encoding: 'binary', cache: false, useVersions, ...byteStringKeys });
    return {
      root,
      gate,
      documents: space('documents', true),
      keys: space('keys', false),
      catalog: space('catalog', false),
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Address space, not memory or disk: the file grows with its content. */
const MAP_BYTES = 2 ** 38;

const byteStringKeys = {
  keyEncoder: {
    writeKey(key: string, target: Buffer, start: number): number {
      target.write(key, start, 'latin1');
      return start + key.length;
    },
    readKey(source: Buffer, start: number, end: number): string {
      return source.toString('latin1', start, end);
    },
  },
};
