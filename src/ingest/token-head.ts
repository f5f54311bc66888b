import { hourMs } from '../models/calendar.js';
import type { EpochState } from '../models/token-snapshot.js';
import type { TokenTotals } from '../models/token-totals.js';
import type { Batch } from './batch.js';
import { isNewer } from './totals.js';
import type { Stored, Unit } from './transaction.js';

/** Moves the token document to the end of the batch: totals, freshness, epoch. */
export async function moveToken(unit: Unit, move: HeadMove): Promise<MovedHead> {
  const { token, batch, totals, openingBlock, timesInOrder, changed } = move;
  const asOf = asOfAfter(move);
  const raised = changed || opensHour(token, asOf.asOfTime);
  const epoch = token.epoch + (raised ? 1 : 0);
  // A file that adds to a token of a chain does not make it one of files: the chain still says how far it has been read.
  const feeds = batch.source !== 'file' || token.source === null;
  const source = feeds && (changed || batch.asOf) ? batch.source : token.source;
  const updated = raised ? { updatedAt: new Date() } : {};
  const { openings } = batch;
  const approximate = openings ? { openingsApproximate: openings.approximate === true } : {};
  const fields = { ...asOf, totals, openingBlock, ...approximate, timesInOrder, source, epoch, ...updated };
  await unit.collection('tokens').updateOne({ _id: token._id }, { $set: fields }, { session: unit.session });
  return { epoch, raised, asOf: { ...asOf, asOfTime: asOf.asOfTime?.toISOString() ?? null } };
}

/** Where the head stands now; `raised` tells whether the epoch grew. */
export interface MovedHead {
  readonly epoch: number;
  readonly raised: boolean;
  readonly asOf: Pick<EpochState, 'asOfBlock' | 'asOfTime' | 'finalizedBlock'>;
}

/** What moving the head needs. */
export interface HeadMove {
  /** As it was before the batch. */
  readonly token: Stored<'tokens'>;
  /** From where asOf goes on: that of the token, or what a rewind left of it. */
  readonly from: Pick<Stored<'tokens'>, 'asOfBlock' | 'asOfTime'>;
  readonly batch: Batch;
  readonly totals: TokenTotals;
  readonly openingBlock: number | null;
  readonly timesInOrder: boolean;
  /** Newest of the new rows. */
  readonly newest: { readonly time: number; readonly blockNumber: number } | null;
  /** True when rows changed. */
  readonly changed: boolean;
}

/** A chain says itself how far it has been read; files are as far as their newest row. Neither goes back but by a rewind. */
function asOfAfter({ token, from: { asOfBlock, asOfTime }, batch: { asOf }, newest }: HeadMove) {
  const finalizedBlock = higherOf(token.finalizedBlock, asOf?.finalizedBlock ?? null);
  const reached = asOf ?? newest;
  if (!reached || !isNewer(reached, asOfTime && { time: asOfTime.getTime(), blockNumber: asOfBlock ?? -1 })) {
    return { asOfBlock, asOfTime, finalizedBlock };
  }
  return { asOfBlock: reached.blockNumber, asOfTime: new Date(reached.time), finalizedBlock };
}

/** What was final stays so, whatever a source says later that is behind. */
function higherOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Another hour shifts the buckets of every window, also when the block brought nothing. */
function opensHour(token: Stored<'tokens'>, asOfTime: Date | null): boolean {
  return hourOf(token.asOfTime) !== hourOf(asOfTime);
}

function hourOf(instant: Date | null): number | null {
  return instant && Math.floor(instant.getTime() / hourMs);
}
