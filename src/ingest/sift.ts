import { BadRowError } from '../errors.js';
import type { TransferInput } from './batch.js';
import { inChunks } from './chunks.js';
import type { Moment } from './time-order.js';
import type { Unit } from './transaction.js';
import { type Adopted, type Contradiction, compareReports, type TransferRow, toTransferRow } from './transfer-row.js';

/** What is really new in a batch. */
export interface Sifted {
  readonly fresh: TransferRow[];
  /** Stored rows that learn something they did not know, as they were, with what they learn. */
  readonly adopted: Map<string, { readonly before: TransferRow; changes: Adopted }>;
  readonly known: number;
  readonly refused: BadRowError[];
  /** The last stored transfer in the order of blocks, as it was before the batch. */
  readonly newest: Moment | undefined;
}

/**
 * Tells new transfers from known ones. Two reports of one event are one row, each field taken from the one that knows it.
 * Refused are: an event with two contents, a block with two times, a transfer before the opening block.
 */
export async function siftTransfers(unit: Unit, request: SiftRequest): Promise<Sifted> {
  const { tokenId, transfers, openingBlock, onBadRow } = request;
  const ordered = [...transfers].sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  const blocks = [...new Set(ordered.map(({ blockNumber }) => blockNumber))];
  const { stored, newest } = await readBlocks(unit, tokenId, blocks);
  const reports = new Map<string, Report>();
  const times = new Map<number, Report>();
  for (const row of stored) {
    const report = {
      row,
      where: `the stored row of block ${row.blockNumber}, log index ${row.logIndex}`,
      stored: true,
    };
    reports.set(row._id, report);
    if (!times.has(row.blockNumber)) times.set(row.blockNumber, report);
  }

  const sifted: Sifted = { fresh: [], adopted: new Map(), known: 0, refused: [], newest };
  let known = 0;
  for (const input of ordered) {
    const row = toTransferRow(tokenId, input);
    const report = reports.get(row._id);
    const compared = report ? compareReports(report.row, row) : undefined;
    const refusal =
      refusalByBlock(input, openingBlock, times.get(row.blockNumber)) ??
      (compared?.contradiction && report && placed(compared.contradiction, report));
    if (refusal) {
      const error = new BadRowError({ where: `${input.where}, column ${refusal.column}`, reason: refusal.reason });
      if (onBadRow === 'stop') throw error;
      sifted.refused.push(error);
    } else if (!report) {
      const fresh = { row, where: input.where, stored: false };
      reports.set(row._id, fresh);
      if (!times.has(row.blockNumber)) times.set(row.blockNumber, fresh);
      sifted.fresh.push(row);
    } else {
      known += 1;
      if (compared?.adopted) adopt(sifted, report, compared.adopted);
    }
  }
  return { ...sifted, known };
}

/** What sifting needs. */
export interface SiftRequest {
  readonly tokenId: string;
  readonly transfers: readonly TransferInput[];
  readonly openingBlock: number | null;
  readonly onBadRow: 'stop' | 'skip';
}

interface Report {
  row: TransferRow;
  readonly where: string;
  readonly stored: boolean;
}

function placed({ column, reason }: Contradiction, { where }: Report): Contradiction {
  return { column, reason: `${reason} of ${where}` };
}

function refusalByBlock(
  input: TransferInput,
  openingBlock: number | null,
  peer: Report | undefined,
): Contradiction | undefined {
  if (openingBlock !== null && input.blockNumber < openingBlock) {
    const reason = `${input.blockNumber} lies before block ${openingBlock}, which the opening balances belong to; their sums hold it already`;
    return { column: 'block_number', reason };
  }
  const time = peer?.row.timestamp.getTime();
  if (time === undefined || time === input.timestamp) return undefined;
  const [mine, theirs] = [time, input.timestamp].map((instant) => new Date(instant).toISOString());
  const reason = `${theirs} contradicts ${mine} of the same block ${input.blockNumber} in ${peer?.where}`;
  return { column: 'block_timestamp', reason };
}

function adopt(sifted: Sifted, report: Report, changes: Adopted): void {
  if (report.stored) {
    const earlier = sifted.adopted.get(report.row._id);
    if (earlier) Object.assign(earlier.changes, changes);
    else sifted.adopted.set(report.row._id, { before: report.row, changes: { ...changes } });
    report.row = { ...report.row, ...changes };
  } else Object.assign(report.row, changes);
}

/** Stored transfers of the blocks. Nothing is read for blocks above the newest stored one: the usual case costs one look. */
async function readBlocks({ session, collection }: Unit, tokenId: string, blocks: number[]) {
  const transfers = collection('transactionActivity');
  const [newest] = await transfers
    .find({ tokenId }, { session, projection: { blockNumber: 1, timestamp: 1 }, sort: { blockNumber: -1 }, limit: 1 })
    .toArray();
  const candidates = newest ? blocks.filter((block) => block <= newest.blockNumber) : [];
  const rows: TransferRow[] = [];
  for (const chunk of inChunks(candidates, 1_000)) {
    const cursor = transfers.find({ tokenId, blockNumber: { $in: chunk } }, { session, batchSize: 10_000 });
    rows.push(...(await cursor.toArray()));
  }
  return { stored: rows, newest };
}
