import { BadUserInputError } from '../../../errors.js';

/** A column that a reader wants: its name, other names it goes by, and whether a file without it is of no use. */
export interface Column {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly required?: boolean;
}

/** Columns of a transfer, in the order in which `parseTransfer` gets them. `value` is Ethereum ETL's word. */
export const transferColumns = [
  { name: 'token_address' },
  { name: 'block_number', required: true },
  { name: 'block_timestamp' },
  { name: 'block_hash' },
  { name: 'transaction_hash', required: true },
  { name: 'transaction_index' },
  { name: 'log_index', required: true },
  { name: 'from_address', required: true },
  { name: 'to_address', required: true },
  { name: 'value_raw', aliases: ['value'], required: true },
  { name: 'gas_used' },
  { name: 'gas_price' },
  { name: 'is_error' },
  { name: 'method_id' },
] as const satisfies readonly Column[];

/** Place of each wanted column in a header, -1 where it is absent. Throws BadUserInputError that names what is missing. */
export function findColumns(header: readonly string[], columns: readonly Column[], where: string): number[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const places = columns.map((column) => {
    const found = names.flatMap((name, i) => (namesOf(column).includes(name) ? [i] : []));
    if (found.length > 1) {
      const twice = found.map((i) => header[i]).join(', ');
      throw new BadUserInputError(
        `${where}: the column ${column.name} stands there more than once (${twice}); keep one.`,
      );
    }
    return found[0] ?? -1;
  });
  const missing = columns.filter((column, i) => column.required && places[i] === -1);
  if (missing.length === 0) return places;
  const wanted = missing.map((column) => namesOf(column).join(' or ')).join(', ');
  throw new BadUserInputError(
    `${where}: expected a header line with ${wanted}; found ${header
      .map((name) => name.slice(0, 40))
      .join(', ')
      .slice(0, 400)}.`,
  );
}

/** All names of a column. */
export function namesOf({ name, aliases = [] }: Column): string[] {
  return [name, ...aliases];
}
