import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadUserInputError } from '../../../errors.js';

/** A file being read: its plain bytes, and the hash of the file once they are read. */
export interface OpenFile {
  readonly bytes: Readable;
  /** JSON lines when the first character is a brace, else CSV. */
  readonly format: 'csv' | 'jsonl';
  /** SHA-256 of the file as it lies there; good after the last byte. */
  digest(): string;
}

/** Opens a file, unpacking gzip by what it holds, not by its name. `onBytes` hears of every part that is read. */
export async function openFile(path: string, onBytes: (count: number) => void = () => undefined): Promise<OpenFile> {
  const packed = await isGzip(path);
  const format = await detectFormat(path, packed);
  const hash = createHash('sha256');
  const raw = createReadStream(path, { highWaterMark: 262_144 });
  raw.on('data', (part) => {
    hash.update(part);
    onBytes(part.length);
  });
  return { bytes: packed ? unpack(raw) : raw, format, digest: () => hash.copy().digest('hex') };
}

async function isGzip(path: string): Promise<boolean> {
  const head = await firstBytes(path);
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadUserInputError(`${path}: expected a file that can be read, got: ${why}`);
  }
}

async function detectFormat(path: string, packed: boolean): Promise<'csv' | 'jsonl'> {
  const raw = createReadStream(path, { highWaterMark: 4_096 });
  const bytes = packed ? unpack(raw) : raw;
  try {
    for await (const part of bytes) {
      const first = String(part)
        .replace(/^\uFEFF/, '')
        .trimStart()[0];
      if (first !== undefined) return first === '{' ? 'jsonl' : 'csv';
    }
    return 'csv';
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    bytes.destroy();
    raw.destroy();
  }
}

function unpack(raw: Readable): Readable {
  const gunzip = createGunzip();
  raw.on('error', (error) => gunzip.destroy(error));
  return raw.pipe(gunzip);
}

/** The coded error for bytes that cannot be read to their end, such as a gzip file that was cut. */
export function unreadable(path: string, error: unknown): BadUserInputError {
  const why = error instanceof Error ? error.message : String(error);
  return new BadUserInputError(`${path}: the file cannot be read to its end (${why}); fetch or pack it again.`);
}
