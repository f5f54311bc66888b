import { decodeAmount, encodeAmount } from '../models/amount.js';
import { type Day, dayOf } from '../models/calendar.js';
import { TransferKind } from '../models/enums.js';
import type { TokenTotals } from '../models/token-totals.js';
import type { HolderEffects } from './holder-effects.js';
import type { TransferRow } from './transfer-row.js';

/** Sums over new transfer rows, failed ones included where the totals include them. */
export interface FreshTotals {
  transferRows: number;
  mintRows: number;
  burnRows: number;
  txCount: number;
  txAmount: bigint;
  minted: bigint;
  firstTransferAt: number | null;
  /** Newest row by time, then block. */
  newest: { time: number; blockNumber: number } | null;
}

/** Sums over rows; `add` may be called with any number of them. */
export function freshTotals(rows: Iterable<CountedRow>): FreshTotals {
  const totals: FreshTotals = {
    transferRows: 0,
    mintRows: 0,
    burnRows: 0,
    txCount: 0,
    txAmount: 0n,
    minted: 0n,
    firstTransferAt: null,
    newest: null,
  };
  for (const row of rows) countRow(totals, row);
  return totals;
}

/** Counts one row. */
export function countRow(totals: FreshTotals, row: CountedRow, units: bigint = decodeAmount(row.amount)): void {
  const time = row.timestamp.getTime();
  totals.transferRows += 1;
  if (row.kind === TransferKind.MINT) totals.mintRows += 1;
  if (row.kind === TransferKind.BURN) totals.burnRows += 1;
  if (isNewer({ time, blockNumber: row.blockNumber }, totals.newest)) {
    totals.newest = { time, blockNumber: row.blockNumber };
  }
  if (!row.isSuccess) return;
  totals.txCount += 1;
  totals.txAmount += units;
  if (row.kind === TransferKind.MINT) totals.minted += units;
  if (row.kind === TransferKind.BURN) totals.minted -= units;
  if (totals.firstTransferAt === null || time < totals.firstTransferAt) totals.firstTransferAt = time;
}

/** What totals look at. */
export type CountedRow = Pick<TransferRow, 'timestamp' | 'kind' | 'blockNumber' | 'isSuccess' | 'amount'>;

/** True when the first position is later: by time, then block. */
export function isNewer(
  position: { time: number; blockNumber: number },
  than: { time: number; blockNumber: number } | null,
): boolean {
  if (than === null || position.time !== than.time) return than === null || position.time > than.time;
  return position.blockNumber > than.blockNumber;
}

/** Totals of a token without undone rows; what follows from holders is left to their effects. `first` is the first successful transfer that stays. */
export function takeBackTotals(stored: TokenTotals, undone: FreshTotals, first: Date | null): TokenTotals {
  const less = (amount: string, units: bigint) => encodeAmount(decodeAmount(amount) - units);
  return {
    ...stored,
    transferRows: stored.transferRows - undone.transferRows,
    mintRows: stored.mintRows - undone.mintRows,
    burnRows: stored.burnRows - undone.burnRows,
    firstDay: first === null ? null : dayOf(first.getTime()),
    firstTransferAt: first,
    txCount: stored.txCount - undone.txCount,
    txAmount: less(stored.txAmount, undone.txAmount),
    supply: less(stored.supply, undone.minted),
  };
}

/** Totals of a token after new rows and their effect on holders. */
export function addTotals(stored: TokenTotals, fresh: FreshTotals, effects: HolderEffects): TokenTotals {
  const firsts = [stored.firstTransferAt?.getTime(), fresh.firstTransferAt].filter((time) => typeof time === 'number');
  const first = firsts.length === 0 ? null : Math.min(...firsts);
  const firstDay: Day | null = first === null ? null : dayOf(first);
  const add = (amount: string, more: bigint) => encodeAmount(decodeAmount(amount) + more);
  return {
    transferRows: stored.transferRows + fresh.transferRows,
    mintRows: stored.mintRows + fresh.mintRows,
    burnRows: stored.burnRows + fresh.burnRows,
    firstDay,
    firstTransferAt: first === null ? null : new Date(first),
    txCount: stored.txCount + fresh.txCount,
    txAmount: add(stored.txAmount, fresh.txAmount),
    supply: add(stored.supply, fresh.minted + effects.openingAmount),
    chainSupply: stored.chainSupply,
    holderCount: stored.holderCount + effects.holderCount,
    heldAmount: add(stored.heldAmount, effects.heldAmount),
    negativeBalanceCount: stored.negativeBalanceCount + effects.negativeBalanceCount,
    openingWallets: stored.openingWallets + effects.openingWallets,
  };
}
