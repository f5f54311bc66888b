import type { BadRowError } from '../errors.js';

/** What an import did. */
export interface ImportSummary {
  /** Rows of transfers and prices. After an import that ran to its end, read = new + known + refused + otherTokens. */
  read: number;
  new: number;
  known: number;
  refused: number;
  /** Rows of tokens that were not asked for. */
  otherTokens: number;
  tokens: Array<{ id: string; address: string; symbol: string; new: number; known: number; epoch: number }>;
  /** The first refused rows. */
  refusedRows: string[];
  notices: string[];
  /** True when a signal ended it after a whole batch; the same command goes on from there. */
  interrupted: boolean;
}

/** Counts a row that was refused, and keeps what the first ones were refused for. */
export function countRefused(summary: ImportSummary, { message }: BadRowError): void {
  summary.refused += 1;
  if (summary.refusedRows.length < 20) summary.refusedRows.push(message);
}

/** A summary of nothing yet. */
export function createImportSummary(): ImportSummary {
  return {
    read: 0,
    new: 0,
    known: 0,
    refused: 0,
    otherTokens: 0,
    tokens: [],
    refusedRows: [],
    notices: [],
    interrupted: false,
  };
}
