import type { TransferInput } from '../../batch.js';
import type { SpooledTransfer } from './spool-row.js';

/** The rows of one sorted sequence, token by token. */
export interface TokenRows {
  /** Rows of the token of that number, in order. Left in the middle it closes what it reads from. */
  of(token: number): Generator<TransferInput>;
  close(): void;
}

/**
 * Tokens that are read in the order of their numbers share one pass over the sequence, however many they are; one that is read again, or
 * beside another, begins a pass of its own.
 */
export function createTokenRows(begin: () => Generator<SpooledTransfer>): TokenRows {
  let idle: Pass | undefined;
  const close = (): void => {
    idle?.rows.return(undefined);
    idle = undefined;
  };
  const passTo = (token: number): Pass => {
    if (idle && idle.token >= token) close();
    const rows = idle?.rows ?? begin();
    const pass = { rows, next: idle?.next ?? rows.next(), token };
    idle = undefined;
    return pass;
  };

  return {
    *of(token) {
      const pass = passTo(token);
      const { rows } = pass;
      let isAtEnd = false;
      try {
        while (!pass.next.done && pass.next.value.token < token) pass.next = rows.next();
        for (; !pass.next.done && pass.next.value.token === token; pass.next = rows.next()) yield pass.next.value.input;
        isAtEnd = true;
      } finally {
        close();
        if (isAtEnd) idle = pass;
        else rows.return(undefined);
      }
    },
    close,
  };
}

interface Pass {
  readonly rows: Generator<SpooledTransfer>;
  /** The next row, already read. */
  next: IteratorResult<SpooledTransfer>;
  /** Token whose rows were read last. */
  readonly token: number;
}
