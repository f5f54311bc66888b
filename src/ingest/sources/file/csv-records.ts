import { parse } from 'csv-parse/sync';

/** A record of a CSV file with the line it begins in, or why there is none. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly broken: string };

/**
 * Cuts lines of CSV into records. Lines without a quote are simply split; those with one go to csv-parse, together with the next lines
 * while a quote is open. A record that cannot be read costs its first line only: the streaming parser of the package would lose all that follow.
 */
export async function* readCsvRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const waiting: Line[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (waiting.length === 0 && !text.includes('"')) {
      if (text.trim() !== '') yield { line: number, fields: text.split(',') };
      continue;
    }
    waiting.push({ number, text });
    yield* takeRecords(waiting, false);
  }
  yield* takeRecords(waiting, true);
}

interface Line {
  readonly number: number;
  readonly text: string;
}

function* takeRecords(waiting: Line[], ended: boolean): Generator<CsvRecord> {
  for (let first = waiting[0]; first; first = waiting[0]) {
    const count = linesOfRecord(waiting);
    if (count === 0 && !ended && waiting.length < longestRecord) return;
    const text = waiting
      .slice(0, count)
      .map((line) => line.text)
      .join('\n');
    const fields = count === 0 ? 'a quote is not closed' : parseRecord(text);
    waiting.splice(0, typeof fields === 'string' ? 1 : count);
    if (typeof fields === 'string') yield { line: first.number, broken: `expected a line of CSV: ${fields}` };
    else if (text.trim() !== '') yield { line: first.number, fields };
  }
}

/** Lines until every quote is closed; 0 when that is not yet so. */
function linesOfRecord(waiting: readonly Line[]): number {
  let quotes = 0;
  for (const [i, { text }] of waiting.entries()) {
    quotes += text.split('"').length - 1;
    if (quotes % 2 === 0) return i + 1;
  }
  return 0;
}

/** Lines that a record may span. */
const longestRecord = 50;

function parseRecord(text: string): string[] | string {
  try {
    const records: string[][] = parse(text, { relax_column_count: true });
    return records.length > 1 ? 'it holds more than one' : (records[0] ?? []);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
