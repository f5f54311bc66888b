import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { MongoError } from '../errors.js';

/** Makes sure that the directory is ours and of a format this program reads; an empty or missing one becomes ours. */
export function claimDirectory(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw refusal(path, 'it is a file, not a directory', 'Give a directory');
  }
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stamp = join(path, STAMP);
  if (!existsSync(stamp)) {
    const foreign = readdirSync(path).filter((name) => !name.startsWith(STAMP) && !name.endsWith('.sock'));
    if (foreign.length > 0 && !existsSync(stamp)) {
      throw refusal(path, `it holds ${foreign.slice(0, 3).join(', ')} but no ${STAMP}`, 'Give an empty directory');
    }
    writeStamp(stamp);
  }
  checkStamp(path, readFileSync(stamp, 'utf8'));
  checkDataFile(path, join(path, 'data.mdb'));
}

/** Words for a directory that lmdb itself refuses. */
export function unreadable(path: string, cause: unknown): MongoError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = refusal(path, `lmdb answers "${reason}"`, 'Restore the directory from a copy, or give an empty one');
  error.cause = cause;
  return error;
}

const STAMP = 'format.json';
const STORE = 'embedded-mongodb';
const FORMAT = 1;

/** Written aside and linked into place, so that several processes may start at once and none reads half a stamp. */
function writeStamp(stamp: string): void {
  const draft = `${stamp}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ store: STORE, format: FORMAT })}\n`, { mode: 0o600 });
  try {
    linkSync(draft, stamp);
  } catch (error) {
    if (!existsSync(stamp)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function checkStamp(path: string, text: string): void {
  const { store, format } = parseStamp(text);
  if (store !== STORE || typeof format !== 'number') {
    throw refusal(path, `its ${STAMP} is not ours`, 'Give an empty directory or one of this program');
  }
  if (format > FORMAT) {
    const what = `it has format ${format} and this program reads up to ${FORMAT}`;
    throw refusal(path, what, 'Use the newer program that wrote it, or give another directory');
  }
}

function parseStamp(text: string): { store?: unknown; format?: unknown } {
  try {
    const stamp: unknown = JSON.parse(text);
    return typeof stamp === 'object' && stamp !== null ? stamp : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** lmdb maps the file without looking at its length: reading beyond the end of a cut one would kill the process. */
function checkDataFile(path: string, file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  const remedy = 'Restore the directory from a copy, or give an empty one';
  const first = readMeta(file, 0);
  if (first === undefined) throw refusal(path, 'its data.mdb does not begin as an lmdb file', remedy);
  const second = readMeta(file, first.pageBytes);
  const { lastPage, pageBytes } = second !== undefined && second.transaction > first.transaction ? second : first;
  // Asked last: another process may make the file longer meanwhile. The last pages may be free ones that were never written.
  const { size } = statSync(file);
  if (size < (lastPage + 1) * pageBytes * 0.9) {
    throw refusal(path, `its data.mdb is cut short, it has ${size} bytes`, remedy);
  }
}

const MAGIC = 0xbeefc0de;

/** The part of an lmdb meta page that tells how long the file must be. */
function readMeta(file: string, at: number): { pageBytes: number; lastPage: number; transaction: bigint } | undefined {
  const bytes = Buffer.alloc(0xa0);
  const descriptor = openSync(file, 'r');
  try {
    if (readSync(descriptor, bytes, 0, bytes.length, at) < bytes.length) return undefined;
  } finally {
    closeSync(descriptor);
  }
  if (bytes.readUInt32LE(0x18) !== MAGIC) return undefined;
  const pageBytes = bytes.readUInt32LE(0x30);
  return { pageBytes, lastPage: Number(bytes.readBigUInt64LE(0x90)), transaction: bytes.readBigUInt64LE(0x98) };
}

function refusal(path: string, reason: string, remedy: string): MongoError {
  return new MongoError('InvalidOptions', `The data directory ${path} cannot be used: ${reason}. ${remedy}.`);
}
