import type { Readable } from 'node:stream';
import { BadRowError, BadUserInputError } from '../../../errors.js';
import { type Column, findColumns, namesOf } from './columns.js';
import { readCsvRecords } from './csv-records.js';
import { parseJsonLine } from './json-line.js';
import { lineTooLong, longestLine, readLines } from './lines.js';
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
  let header: readonly string[] | undefined;
  let places: number[] = [];
  const refuse = (line: number, field: number | undefined, reason: string) =>
    onBadRow(new BadRowError({ where: placeOf(name, line, field, header), reason }));
  for await (const record of readCsvRecords(wholeLines(bytes, name))) {
    if ('broken' in record) {
      if (!header) throw new BadUserInputError(`${name}:${record.line}: ${record.broken}.`);
      refuse(record.line, record.field, record.broken);
      continue;
    }
    const { line, fields, span } = record;
    if (!header) {
      places = findColumns(fields, columns, `${name}:${line}`);
      header = fields;
    } else if (fields.length === header.length) {
      yield { line, values: places.map((place) => (place === -1 ? undefined : fields[place]?.trim())) };
    } else {
      const lines = span === 1 ? '' : ` in a record of ${span} lines, which a quote holds together`;
      const reason = `expected ${header.length} fields as in the header, got ${fields.length}${lines}`;
      refuse(line, Math.min(fields.length, header.length), reason);
    }
  }
  if (!header) findColumns([], columns, `${name}:1`);
}

/** `file:line, column name`, or the number of the column where the header has no name for it. */
function placeOf(name: string, line: number, field: number | undefined, header: readonly string[] = []): string {
  if (field === undefined) return `${name}:${line}`;
  return `${name}:${line}, column ${header[field]?.trim().slice(0, 40) || field + 1}`;
}

/** The lines of a file; what breaks off on the way, such as a gzip file that was cut, becomes a coded error. */
async function* wholeLines(bytes: Readable, name: string): AsyncGenerator<string> {
  const lines = readLines(bytes);
  for (let line = 1; ; line += 1) {
    const next = await lines.next().catch((error: unknown) => {
      throw unreadable(`${name}:${line}`, error);
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
    const values = valuesOf(text, wanted);
    if (Array.isArray(values)) yield { line, values };
    else onBadRow(new BadRowError({ where: `${name}:${line}${values.place}`, reason: values.reason }));
  }
}

/** Values of a line in the order of the columns, or what is wrong and in which of them. */
function valuesOf(text: string, wanted: readonly string[][]) {
  const row = text.length > longestLine ? lineTooLong : parseJsonLine(text);
  if (typeof row === 'string') return { place: '', reason: row };
  const values: Array<string | undefined> = [];
  for (const names of wanted) {
    const [key = '', ...others] = names.filter((name) => row.has(name));
    const value = row.get(key);
    const place = `, column ${names[0]}`;
    if (others.length > 0)
      return { place, reason: `stands there more than once (${[key, ...others].join(', ')}); keep one` };
    if (typeof value === 'object') return { place, reason: `expected a text or a number, got ${value.unusable}` };
    values.push(value);
  }
  return values;
}
