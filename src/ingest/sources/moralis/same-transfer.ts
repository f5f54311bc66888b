import type { StoredTransfer } from '../source.js';

/** True when two reports of one block and log index are of the same event in the same block; what one does not know contradicts nothing. */
export function sameTransfer(a: StoredTransfer, b: StoredTransfer): boolean {
  return (
    agree(a.blockHash, b.blockHash) &&
    agree(a.transactionHash, b.transactionHash) &&
    a.fromAddress === b.fromAddress &&
    a.toAddress === b.toAddress &&
    a.value === b.value
  );
}

function agree(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}
