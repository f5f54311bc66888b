import { RowLimitError } from '../errors.js';

/** Counts the rows of the answer to one request. */
export interface RowBudget {
  /** Rows that the answer is going to have, or has. */
  add(count: number): void;
  /** Throws RowLimitError once they are too many. */
  check(): void;
}

/**
 * Makes the count. It is checked before a batch is read, when all fields of the batch have said how many rows they may give: so an
 * answer that is too large costs nothing, and the error tells the whole of it.
 */
export function createRowBudget(limit: number): RowBudget {
  let found = 0;
  return {
    add: (count) => {
      found += count;
    },
    check: () => {
      if (found > limit) throw new RowLimitError({ limit, found });
    },
  };
}
