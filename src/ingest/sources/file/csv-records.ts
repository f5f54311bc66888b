import { CsvError, parse } from 'csv-parse/sync';
import { lineTooLong, longestLine } from './lines.js';

/** A record of a CSV file with the line it begins in and the lines it spans, or why there is none and in which field, counted from 0. */
export type CsvRecord =
  | { readonly line: number; readonly span: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly broken: string; readonly field?: number };

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
    if (waiting.length === 0 && line.length <= longestLine && !text.includes('"')) {
      if (text.trim() !== '') yield { line: number, span: 1, fields: text.split(',') };
      continue;
    }
    waiting.push({ number, text, quotes: text.split('"').length - 1, tooLong: line.length > longestLine });
    yield* takeRecords(waiting, false);
  }
  yield* takeRecords(waiting, true);
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly quotes: number;
  readonly tooLong: boolean;
}

function* takeRecords(waiting: Line[], ended: boolean): Generator<CsvRecord> {
  for (let first = waiting[0]; first; first = waiting[0]) {
    const count = linesOfRecord(waiting);
    if (count === 0 && !ended && waiting.length < longestRecord) return;
    const line = first.number;
    const text = waiting
      .slice(0, Math.max(1, count))
      .map((part) => part.text)
      .join('\n');
    const parsed = first.tooLong ? { broken: lineTooLong } : parseRecord(text);
    waiting.splice(0, 'broken' in parsed ? 1 : count);
    if ('broken' in parsed) yield { line, ...parsed };
    else if (text.trim() !== '') yield { line, span: count, fields: parsed.fields };
  }
}

/** Lines until every quote is closed; 0 when that is not yet so. What is too long stands alone: the quotes that were cut off are unknown. */
function linesOfRecord(waiting: readonly Line[]): number {
  let quotes = 0;
  for (const [i, line] of waiting.entries()) {
    if (line.tooLong) return Math.max(1, i);
    quotes += line.quotes;
    if (quotes % 2 === 0) return i + 1;
  }
  return 0;
}

/** Lines that a record may span. */
const longestRecord = 50;

type Parsed = { readonly fields: readonly string[] } | { readonly broken: string; readonly field?: number };

function parseRecord(text: string): Parsed {
  try {
    const records: string[][] = parse(text, { relax_column_count: true, record_delimiter: '\n' });
    if (records.length > 1) return { broken: 'expected a line of CSV, got more than one' };
    return { fields: records[0] ?? [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const field = typeof error.column === 'number' ? error.column : undefined;
    const broken = `expected a line of CSV: ${quoteProblems.get(error.code) ?? error.message}`;
    return field === undefined ? { broken } : { broken, field };
  }
}

// The package's own sentences count lines from the record's first, which is not what the reader of a file counts.
const quoteProblems: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quote is not closed'],
  ['CSV_INVALID_CLOSING_QUOTE', 'after a closing quote comes a comma or the end of the line'],
  ['INVALID_OPENING_QUOTE', 'a quote opens inside of a field; double it, and put the field in quotes'],
]);
