import { zeroAddress } from '../models/address.js';
import { decodeAmount, encodeAmount } from '../models/amount.js';
import { TransferKind } from '../models/enums.js';
import { transferId } from '../models/transaction-activity.js';
import type { TransferInput } from './batch.js';
import type { Stored } from './transaction.js';

/** A transfer as it is stored. */
export type TransferRow = Stored<'transactionActivity'>;

/** Stored form of a transfer. */
export function toTransferRow(tokenId: string, input: TransferInput): TransferRow {
  return {
    _id: transferId({ tokenId, blockNumber: input.blockNumber, logIndex: input.logIndex }),
    tokenId,
    timestamp: new Date(input.timestamp),
    transactionHash: input.transactionHash,
    logIndex: input.logIndex,
    blockNumber: input.blockNumber,
    blockHash: input.blockHash,
    transactionIndex: input.transactionIndex,
    fromAddress: input.fromAddress,
    toAddress: input.toAddress,
    amount: encodeAmount(input.value),
    kind: kindOf(input),
    gasUsed: input.gasUsed,
    gasPrice: input.gasPrice,
    isSuccess: input.isSuccess,
    methodId: input.methodId,
  };
}

/** MINT: from the zero address, also to itself. BURN: only to it. */
export function kindOf({ fromAddress, toAddress }: Pick<TransferInput, 'fromAddress' | 'toAddress'>): TransferKind {
  if (fromAddress === zeroAddress) return TransferKind.MINT;
  return toAddress === zeroAddress ? TransferKind.BURN : TransferKind.TRANSFER;
}

/** What a source may not know: the unknown form gives way to a known one. */
const adoptable = {
  blockHash: null,
  transactionHash: null,
  transactionIndex: null,
  methodId: null,
  gasUsed: '0',
  gasPrice: '0',
} as const;
type Adoptable = keyof typeof adoptable;

/** Fields that a row takes over from another report of the same event. */
export type Adopted = Partial<Pick<TransferRow, Adoptable>>;

/** Two reports of one event side by side: what contradicts, in which column, or what the first can learn from the second. */
export function compareReports(
  row: TransferRow,
  other: TransferRow,
): { contradiction: Contradiction | undefined; adopted: Adopted | undefined } {
  for (const [field, column, show] of exact) {
    const [mine, theirs] = [show(row[field]), show(other[field])];
    if (mine !== theirs) return contradict(column, mine, theirs);
  }
  let adopted: Record<string, unknown> | undefined;
  for (const field of Object.keys(adoptable) as Adoptable[]) {
    const [mine, theirs] = [row[field], other[field]];
    if (mine === theirs || theirs === adoptable[field]) continue;
    if (mine !== adoptable[field]) return contradict(columnOf(field), String(mine), String(theirs));
    adopted = { ...adopted, [field]: theirs };
  }
  return { contradiction: undefined, adopted: adopted as Adopted | undefined };
}

/** What two reports of one event do not agree on. */
export interface Contradiction {
  readonly column: string;
  readonly reason: string;
}

function contradict(column: string, mine: string, theirs: string) {
  return { contradiction: { column, reason: `${theirs} contradicts ${mine}` }, adopted: undefined };
}

const exact: ReadonlyArray<readonly [keyof TransferRow, string, (value: unknown) => string]> = [
  ['timestamp', 'block_timestamp', (value) => (value as Date).toISOString()],
  ['fromAddress', 'from_address', String],
  ['toAddress', 'to_address', String],
  ['amount', 'value_raw', (value) => decodeAmount(String(value)).toString()],
  ['isSuccess', 'is_error', (value) => (value === true ? 'false' : 'true')],
];

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
