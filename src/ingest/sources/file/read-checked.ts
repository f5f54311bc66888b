import { basename } from 'node:path';
import { BadRowError } from '../../../errors.js';
import type { Column } from './columns.js';
import { FieldProblem } from './fields.js';
import { type OpenFile, openFile } from './open-file.js';
import { readRows } from './read-rows.js';

/** Who hears of a row that is refused; throws to stop. */
export type OnBadRow = (error: BadRowError) => void;

/** Reads a whole file row by row. A FieldProblem or BadRowError that `take` throws refuses the row with file, line, column and reason. */
export async function readChecked(
  path: string,
  { columns, onBadRow, onRow, onBytes, take, name = basename(path) }: CheckedReading,
): Promise<{ digest: string }> {
  const file: OpenFile = await openFile(path, onBytes);
  const refuse: OnBadRow = (error) => {
    onRow?.();
    onBadRow(error);
  };
  for await (const { values, line } of readRows(file, { name, columns, onBadRow: refuse })) {
    onRow?.();
    try {
      take(values, line, `${name}:${line}`);
    } catch (error) {
      onBadRow(toBadRow(error, `${name}:${line}`));
    }
  }
  return { digest: file.digest() };
}

/** How to read a file. */
export interface CheckedReading {
  readonly columns: readonly Column[];
  readonly onBadRow: OnBadRow;
  /** Hears of every row, before it is taken or refused. */
  readonly onRow?: () => void;
  readonly onBytes?: (count: number) => void;
  /** Name in messages. */
  readonly name?: string;
  take(values: ReadonlyArray<string | undefined>, line: number, where: string): void;
}

function toBadRow(error: unknown, where: string): BadRowError {
  if (error instanceof FieldProblem) {
    return new BadRowError({ where: `${where}, column ${error.column}`, reason: error.message });
  }
  if (error instanceof BadRowError) return error;
  throw error;
}
