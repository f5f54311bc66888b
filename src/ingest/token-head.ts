import { hourMs } from '../models/calendar.js';
import type { EpochState } from '../models/token-snapshot.js';
import type { TokenTotals } from '../models/token-totals.js';
import type { Batch } from './batch.js';
import { isNewer } from './totals.js';
import type { Stored, Unit } from './transaction.js';

/** Moves the token document to the end of the batch: totals, freshness, epoch; and the checkpoint with it. */
export async function moveToken(unit: Unit, move: HeadMove): Promise<MovedHead> {
  const { token, batch, totals, openingBlock, timesInOrder, changed } = move;
  const asOf = asOfAfter(move);
  const raised = changed || opensHour(batch, token, asOf.asOfTime);
  const epoch = token.epoch + (raised ? 1 : 0);
  const now = new Date();
  // A file that adds to a token of a chain does not make it one of files: the chain still says how far it has been read.
  const feeds = batch.source !== 'file' || token.source === null;
  const source = feeds && (changed || batch.asOf) ? batch.source : token.source;
  const fields = { ...asOf, totals, openingBlock, timesInOrder, source, epoch, ...(raised ? { updatedAt: now } : {}) };
  await unit.collection('tokens').updateOne({ _id: token._id }, { $set: fields }, { session: unit.session });
  if (batch.checkpoint) {
    const { name, ...position } = batch.checkpoint;
    await unit
      .collection('checkpoints')
      .updateOne(
        { _id: checkpointId(token._id, name) },
        { $set: { tokenId: token._id, source: batch.source, ...position, updatedAt: now } },
        { session: unit.session, upsert: true },
      );
  }
  return { epoch, raised, asOf: { ...asOf, asOfTime: asOf.asOfTime?.toISOString() ?? null } };
}

/** Where the head stands now; `raised` tells whether the epoch grew. */
export interface MovedHead {
  readonly epoch: number;
  readonly raised: boolean;
  readonly asOf: Pick<EpochState, 'asOfBlock' | 'asOfTime' | 'finalizedBlock'>;
}

/** `_id` of a checkpoint. */
export function checkpointId(tokenId: string, name: string): string {
  return `${tokenId}:${name}`;
}

/** What moving the head needs. */
export interface HeadMove {
  readonly token: Stored<'tokens'>;
  readonly batch: Batch;
  readonly totals: TokenTotals;
  readonly openingBlock: number | null;
  readonly timesInOrder: boolean;
  /** Newest of the new rows. */
  readonly newest: { readonly time: number; readonly blockNumber: number } | null;
  /** True when rows changed. */
  readonly changed: boolean;
}

/** A chain says itself how far it has been read; files are as far as their newest row. Neither goes back. */
function asOfAfter({ token, batch: { asOf }, newest }: HeadMove) {
  const { asOfBlock, asOfTime, finalizedBlock } = token;
  const reached = asOf ?? newest;
  if (!reached || !isNewer(reached, asOfTime && { time: asOfTime.getTime(), blockNumber: asOfBlock ?? -1 })) {
    return { asOfBlock, asOfTime, finalizedBlock: asOf?.finalizedBlock ?? finalizedBlock };
  }
  return {
    asOfBlock: reached.blockNumber,
    asOfTime: new Date(reached.time),
    finalizedBlock: asOf ? asOf.finalizedBlock : finalizedBlock,
  };
}

/** A new hour shifts the buckets of every window, also when the block brought nothing. */
function opensHour({ asOf }: Batch, token: Stored<'tokens'>, asOfTime: Date | null): boolean {
  if (!asOf || !asOfTime) return false;
  return !token.asOfTime || hourIndex(asOfTime) !== hourIndex(token.asOfTime);
}

const hourIndex = (instant: Date): number => Math.floor(instant.getTime() / hourMs);
