import { writeSync } from 'node:fs';

/** Writes a text of single-byte characters to its end: one call may write less, as on a disk that is nearly full. */
export function writeAll(file: number, text: string, write: typeof writeSomeBytes = writeSomeBytes): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; ) at += write(file, bytes, at);
}

function writeSomeBytes(file: number, bytes: Buffer, at: number): number {
  return writeSync(file, bytes, at, bytes.length - at);
}
