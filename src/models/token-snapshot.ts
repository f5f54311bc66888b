import type { Row } from './models.js';

/** What is read beside a token's epoch and cached with nothing. Instants are ISO 8601 text. */
export interface EpochState {
  readonly epoch: number;
  readonly asOfBlock: number | null;
  readonly asOfTime: string | null;
  readonly finalizedBlock: number | null;
}

/** A token at one epoch as plain JSON values, with the freshness that was read beside the epoch. What relations and resolvers see. */
export interface TokenSnapshot
  extends Omit<Row<'tokens'>, '_id' | 'symbolKey' | 'createdAt' | 'updatedAt' | 'totals' | 'fence' | keyof EpochState>,
    EpochState {
  readonly id: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly totals: Omit<Row<'tokens'>['totals'], 'firstTransferAt'> & { readonly firstTransferAt: string | null };
}

/** Plain form of a stored token. */
export function toTokenSnapshot(row: Row<'tokens'>): TokenSnapshot {
  const { _id, symbolKey: _symbolKey, fence: _fence, createdAt, updatedAt, asOfTime, totals, ...rest } = row;
  return {
    ...rest,
    id: _id,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    asOfTime: asOfTime?.toISOString() ?? null,
    totals: { ...totals, firstTransferAt: totals.firstTransferAt?.toISOString() ?? null },
  };
}
