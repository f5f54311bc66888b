import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BadRowError } from '../../src/errors.js';
import { transferColumns } from '../../src/ingest/sources/file/columns.js';
import { type FileTransfer, parseTransfer } from '../../src/ingest/sources/file/parse-transfer.js';
import { readChecked } from '../../src/ingest/sources/file/read-checked.js';
import { hash, wallet } from './support.js';

/** Header of `rowOf`. */
export const rowHeader =
  'token_address,block_number,block_timestamp,transaction_hash,log_index,from_address,to_address,value_raw';

/** A good line of CSV, of which some fields are given. */
export function rowOf(parts: { token?: number; block?: number; time?: number; log?: number; value?: string } = {}) {
  const { token = 0xaa, block = 5, time = 1_736_121_600, log = 0, value = '10' } = parts;
  return [wallet(token), block, time, hash(block), log, wallet(0), wallet(2), value].join(',');
}

/** A folder for files, and a way to write one into it. */
export async function createFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'import-files-'));
  return {
    folder,
    write: async (name: string, content: string | Uint8Array) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** Reads a file of transfers without a database: the good rows, the messages of the bad ones, and how many there were. */
export async function readTransfers(path: string) {
  const good: FileTransfer[] = [];
  const bad: BadRowError[] = [];
  let rows = 0;
  await readChecked(path, {
    columns: transferColumns,
    onBadRow: (error) => void bad.push(error),
    onRow: () => {
      rows += 1;
    },
    take: (values) => void good.push(parseTransfer(values, new Map())),
  });
  return { good, bad, messages: bad.map(({ message }) => message), rows };
}
