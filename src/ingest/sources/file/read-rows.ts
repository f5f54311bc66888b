import type { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { BadRowError } from '../../../errors.js';
import { type Column, findColumns, namesOf } from './columns.js';
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

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

async function* readCsv(bytes: Readable, { name, columns, onBadRow }: ReadOptions): AsyncGenerator<FileRow> {
  const refuse = (line: number, reason: string) => onBadRow(new BadRowError({ where: `${name}:${line}`, reason }));
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 1_000_000,
  });
  bytes.on('error', (error) => parser.destroy(unreadable(name, error)));
  // The parser is ahead of the reader: what it could not parse waits here until its turn in the file.
  const broken: Array<{ line: number; reason: string }> = [];
  parser.on('skip', (error: CsvError | undefined) => {
    broken.push({ line: Number(error?.lines ?? 0), reason: `expected a line of CSV, got: ${error?.message}` });
  });
  const refuseBefore = (line: number): void => {
    for (let next = broken[0]; next && next.line < line; next = broken[0]) {
      broken.shift();
      refuse(next.line, next.reason);
    }
  };
  bytes.pipe(parser);
  let places: number[] | undefined;
  let width = 0;
  for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
    refuseBefore(info.lines);
    if (!places) {
      places = findColumns(record, columns, name);
      width = record.length;
    } else if (record.length === width) {
      yield { line: info.lines, values: places.map((place) => (place === -1 ? undefined : record[place]?.trim())) };
    } else {
      refuse(info.lines, `expected ${width} fields as in the header, got ${record.length}`);
    }
  }
  refuseBefore(Number.POSITIVE_INFINITY);
  if (!places) findColumns([], columns, name);
}

async function* readJsonLines(bytes: Readable, { name, columns, onBadRow }: ReadOptions): AsyncGenerator<FileRow> {
  const wanted = columns.map(namesOf);
  let line = 0;
  const lines = readLines(bytes);
  for (;;) {
    const next = await lines.next().catch((error: unknown) => {
      throw unreadable(name, error);
    });
    if (next.done) return;
    line += 1;
    const text = next.value;
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
