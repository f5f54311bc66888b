import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { BlockCheck } from './block-check.js';
import { transferColumns } from './columns.js';
import { FieldProblem } from './fields.js';
import { type BlockTimes, parseTokenAddress, parseTransfer } from './parse-transfer.js';
import { type OnBadRow, readChecked } from './read-checked.js';
import { Spool } from './spool.js';
import { decodeSpoolRow, encodeSpoolRow } from './spool-row.js';
import { createTokenRows, type TokenRows } from './token-rows.js';

/** Checked transfers of the inputs, sorted by token and block. */
export interface SpooledFiles {
  /** Contract addresses by the number that spooled rows carry. */
  readonly tokens: ReadonlyArray<{ readonly address: string; readonly rows: number; readonly lowestBlock: number }>;
  readonly read: number;
  /** Rows of tokens that were not asked for. */
  readonly otherTokens: number;
  /** Hash of the content of all inputs, in any order. */
  readonly digest: string;
  /** The rows of the tokens, by their numbers. */
  readonly rows: TokenRows;
}

/**
 * First pass of an import: reads every row once, refuses the bad ones, and leaves the good ones sorted in `folder`. Nothing is written to
 * the database yet, so that a bad row in the last line leaves nothing behind, and rows in any order cost the same.
 */
export async function spoolTransfers(request: SpoolRequest): Promise<SpooledFiles> {
  const { files, folder, blockTimes, onBadRow, onRow, onBytes, signal } = request;
  const spool = new Spool(folder);
  const check = request.address === undefined ? new BlockCheck(folder) : undefined;
  const tokens = createTokenNumbers();
  const names = distinctNames(files);
  const digests: string[] = [];
  let read = 0;
  let otherTokens = 0;
  let sequence = 0;
  for (const [number, path] of files.entries()) {
    const { digest } = await readChecked(path, {
      columns: transferColumns,
      name: names[number] ?? path,
      onBadRow,
      onRow: () => {
        signal?.throwIfAborted();
        read += 1;
        onRow?.();
      },
      ...(onBytes ? { onBytes } : {}),
      take: (values, line) => {
        const address = parseTokenAddress(values) ?? request.address;
        if (address === undefined) {
          throw new FieldProblem(
            'token_address',
            'the token of the row, or --address for a file of one token',
            undefined,
          );
        }
        if (request.address !== undefined && address !== request.address) {
          otherTokens += 1;
          return;
        }
        const transfer = parseTransfer(values, blockTimes);
        const token = tokens.numberOf(address, transfer.blockNumber);
        const key = { token, block: transfer.blockNumber, log: transfer.logIndex, sequence };
        sequence += 1;
        spool.add(key, encodeSpoolRow(key, transfer, number, line));
        check?.add({ ...key, timestamp: transfer.timestamp, file: number, line });
      },
    });
    digests.push(digest);
  }
  if (tokens.list.length > 1) {
    check?.run({
      placeOf: ({ file, line }) => `${names[file]}:${line}`,
      addressOf: (token) => tokens.list[token]?.address,
      onRefused: ({ token }, error) => {
        tokens.take(token);
        onBadRow(error);
      },
    });
  }
  return {
    tokens: tokens.list,
    read,
    otherTokens,
    digest: createHash('sha256').update(digests.sort().join()).digest('hex'),
    rows: createTokenRows(function* () {
      const lines = check ? check.passed(spool.sorted()) : spool.sorted();
      for (const line of lines) yield decodeSpoolRow(line, names);
    }),
  };
}

/** What the first pass needs; without `address` all tokens of the files are taken. */
export interface SpoolRequest {
  readonly files: readonly string[];
  readonly folder: string;
  readonly address?: string;
  readonly blockTimes: BlockTimes;
  readonly onBadRow: OnBadRow;
  readonly onRow?: () => void;
  readonly onBytes?: (count: number) => void;
  readonly signal?: AbortSignal;
}

function createTokenNumbers() {
  const numbers = new Map<string, number>();
  const list: Array<{ address: string; rows: number; lowestBlock: number }> = [];
  return {
    list,
    numberOf: (address: string, block: number): number => {
      const known = numbers.get(address);
      const number = known ?? list.length;
      if (known === undefined) {
        numbers.set(address, number);
        list.push({ address, rows: 0, lowestBlock: block });
      }
      const token = list[number];
      if (token) {
        token.rows += 1;
        token.lowestBlock = Math.min(token.lowestBlock, block);
      }
      return number;
    },
    /** Counts a row less. */
    take: (number: number): void => {
      const token = list[number];
      if (token) token.rows -= 1;
    },
  };
}

/** Short names where they tell the files apart, else the paths as given. */
function distinctNames(files: readonly string[]): string[] {
  const short = files.map((file) => basename(file));
  return new Set(short).size === files.length ? short : [...files];
}
