import type { Readable } from 'node:stream';
import { BadRowError } from '../../../errors.js';
import { type Column, findColumns, namesOf } from './columns.js';
import { readCsvRecords } from './csv-records.js';
import { readLines } from './lines.js';
import { type OpenFile, unreadable } from './open-file.js';

/** One row of a file: the fields in the order of the wanted columns, space around them taken off; undefined where the column is absent. */
export interface FileRow {
  readonly line: number;
  readonly values: ReadonlyArray<string | undefined>;
}

/**
 * Reads the rows of a CSV file (by its header) or of JSON lines (by their keys), one after another, whatever the size of the file.
 * A row that is no row goes to `onBadRow`, which may throw to stop.
 */
export async function* readRows(file: OpenFile, options: ReadOptions): AsyncGenerator<FileRow> {
  try {
    yield* file.format === 'csv' ? readCsv(file.bytes, options) : readJsonLines(file.bytes, options);
  } finally {
    file.bytes.destroy();
  }
}

/** What to read, the name of the file for messages, and who hears of bad rows. */
export interface ReadOptions {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly onBadRow: (error: BadRowError) => void;
}

async function* readCsv(bytes: Readable, { name, columns, onBadRow }: ReadOptions): AsyncGenerator<FileRow> {
  const refuse = (line: number, reason: string) => onBadRow(new BadRowError({ where: `${name}:${line}`, reason }));
  let places: number[] | undefined;
  let width = 0;
  for await (const record of readCsvRecords(wholeLines(bytes, name))) {
    if ('broken' in record) refuse(record.line, record.broken);
    else if (!places) {
      places = findColumns(record.fields, columns, name);
      width = record.fields.length;
    } else if (record.fields.length === width) {
      const { line, fields } = record;
      yield { line, values: places.map((place) => (place === -1 ? undefined : fields[place]?.trim())) };
    } else {
      refuse(record.line, `expected ${width} fields as in the header, got ${record.fields.length}`);
    }
  }
  if (!places) findColumns([], columns, name);
}

/** The lines of a file; what breaks off on the way, such as a gzip file that was cut, becomes a coded error. */
async function* wholeLines(bytes: Readable, name: string): AsyncGenerator<string> {
  const lines = readLines(bytes);
  for (;;) {
    const next = await lines.next().catch((error: unknown) => {
      throw unreadable(name, error);
    });
    if (next.done) return;
    yield next.value;
  }
}

async function* readJsonLines(bytes: Readable, { name, columns, onBadRow }: ReadOptions): AsyncGenerator<FileRow> {
  const wanted = columns.map(namesOf);
  let line = 0;
  for await (const text of wholeLines(bytes, name)) {
    line += 1;
    if (text.trim() === '') continue;
    const parsed = parseObject(text);
    if (typeof parsed === 'string') onBadRow(new BadRowError({ where: `${name}:${line}`, reason: parsed }));
    else yield { line, values: wanted.map((names) => fieldOf(parsed, names)) };
  }
}

/** The object of a line, or what is wrong with it. */
function parseObject(text: string): Map<string, unknown> | string {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(longNumber, '$1"$2"'));
  } catch (error) {
    return `expected one JSON object a line, got: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected one JSON object a line';
  return new Map(Object.entries(value));
}

// JSON.parse rounds integers above 2^53: long ones behind a key become text first. A quote inside a string is escaped, so `"key":` is a key.
const longNumber = /("[A-Za-z_]+"\s*:\s*)(\d{16,})(?=\s*[,}])/g;

function fieldOf(row: ReadonlyMap<string, unknown>, names: readonly string[]): string | undefined {
  const key = names.find((name) => row.has(name));
  const value = key === undefined ? undefined : row.get(key);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}
