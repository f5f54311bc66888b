import { SourceError, TokenNotFoundError } from '../errors.js';
import { decodeAmount, encodeAmount } from '../models/amount.js';
import type { Day } from '../models/calendar.js';
import type { TokenTotals } from '../models/token-totals.js';
import type { Batch, Committed } from './batch.js';
import { raiseCatalogue } from './catalogue.js';
import { moveCheckpoint } from './checkpoints.js';
import { inChunks } from './chunks.js';
import { createDayNames } from './day-names.js';
import type { DaySums } from './day-sums.js';
import { holderEffects } from './holder-effects.js';
import { replaceOpenings } from './openings.js';
import { PaymentWeeks } from './payment-weeks.js';
import { paymentTest } from './payments.js';
import { writePrices } from './prices.js';
import { writeSeries } from './series.js';
import { type Sifted, siftTransfers } from './sift.js';
import { keepsTimeOrder } from './time-order.js';
import { type MovedHead, moveToken } from './token-head.js';
import { addTransfer, TokenSums, walletsOf } from './token-sums.js';
import { addTotals, freshTotals } from './totals.js';
import type { Stored, Unit } from './transaction.js';
import { type Undone, type UndoRequest, undoBlocks } from './undo-blocks.js';
import { insertRows } from './write-rows.js';

/** What an attempt hands to the pipeline once it is committed. */
export interface CommitOutcome {
  readonly result: Committed & Pick<MovedHead, 'raised' | 'asOf'> & { readonly catalogueEpoch: number | undefined };
  /** Good for the next batch while the token stays at this epoch. */
  readonly sums: TokenSums;
}

/** The work of one transaction. `remembered` is used when the token still stands at the epoch it was left at. */
export async function commitBatch(unit: Unit, batch: Batch, remembered?: TokenSums): Promise<CommitOutcome> {
  const { tokenId, transfers = [], prices = [], openings } = batch;
  const catalogueEpoch = batch.newToken ? await addToken(unit, batch.newToken) : undefined;
  // Raising the epoch first makes writers of one token meet here, before any of them has read a row.
  const stored = await unit
    .collection('tokens')
    .findOneAndUpdate({ _id: tokenId }, { $inc: { epoch: 1 } }, { session: unit.session, returnDocument: 'before' });
  if (!stored) throw new TokenNotFoundError({ token: tokenId });
  refuseOvertaken(stored, batch);
  await moveCheckpoint(unit, batch);
  const sums = remembered?.epoch === stored.epoch ? remembered : new TokenSums(tokenId);
  const payments = new PaymentWeeks();
  const undone = await undo(unit, { token: stored, batch, sums, payments });
  const { token } = undone;
  const openingBlock = openings?.blockNumber ?? token.openingBlock;

  if (openings) await replaceOpenings(unit, { tokenId, openings, holders: sums.holders });
  const sifted =
    transfers.length === 0
      ? nothing
      : await siftTransfers(unit, { tokenId, transfers, openingBlock, onBadRow: batch.onBadRow ?? 'stop' });
  const { fresh: rows, newest } = sifted;
  // Compared with what is stored before the new rows are there.
  const timesInOrder =
    rows.length === 0 ? token.timesInOrder : await keepsTimeOrder(unit, { token, fresh: rows, newest });
  const fresh = await takeIn(unit, { token, sums, sifted, payments, undone });
  const effects = holderEffects(sums.holders.changes());
  await sums.holders.write(unit);
  const totals = withChainSupply(addTotals(token.totals, fresh.totals, effects), batch);
  await writeSeries(unit, {
    tokenId,
    days: fresh.days,
    hours: fresh.hours,
    newWallets: effects.newWallets,
    openingWallets: totals.openingWallets,
    openingWalletsChange: effects.openingWallets,
  });
  await payments.write(unit, tokenId);
  const priced = await writePrices(unit, tokenId, prices);

  const changed =
    sifted.fresh.length + sifted.adopted.size + priced.added + effects.touched + undone.count > 0 ||
    openingBlock !== stored.openingBlock ||
    totals.chainSupply !== stored.totals.chainSupply;
  const head = await moveToken(unit, {
    token: stored,
    from: token,
    batch,
    totals,
    openingBlock,
    timesInOrder: timesInOrder === true,
    newest: fresh.totals.newest,
    changed,
  });
  sums.epoch = head.epoch;
  sums.prune();
  const { refused } = sifted;
  const added = sifted.fresh.length + priced.added;
  return { sums, result: { ...head, catalogueEpoch, added, known: sifted.known + priced.known, refused } };
}

async function addToken(unit: Unit, token: Stored<'tokens'>): Promise<number> {
  await unit.collection('tokens').insertOne(token, { session: unit.session });
  return raiseCatalogue(unit);
}

/** What comes from a process whose lease another one took over is refused, however late it comes. */
function refuseOvertaken(token: Stored<'tokens'>, { fence }: Batch): void {
  const newest = token.fence ?? 0;
  if (fence === undefined || fence >= newest) return;
  throw new SourceError(
    'LEASE_LOST',
    `${token.symbol}: the batch was made under lease ${fence}, but lease ${newest} has taken over since. Nothing of it was taken in; ask for the lease again and go on from the checkpoint.`,
    { details: { fence, newest } },
  );
}

async function undo(unit: Unit, request: Omit<UndoRequest, 'rewindTo' | 'asOfFollows'> & { batch: Batch }) {
  const { batch, token } = request;
  if (batch.rewindTo === undefined) return { token, count: 0, hours: new Map<Day, Set<number>>() };
  return undoBlocks(unit, { ...request, rewindTo: batch.rewindTo, asOfFollows: batch.asOf !== undefined });
}

function withChainSupply(totals: TokenTotals, { chainSupply }: Batch): TokenTotals {
  if (chainSupply === undefined) return totals;
  return { ...totals, chainSupply: chainSupply === null ? null : encodeAmount(chainSupply) };
}

const nothing: Sifted = { fresh: [], adopted: new Map(), known: 0, refused: [], newest: undefined };

/** Writes new rows and counts them into days, holders and payments. */
async function takeIn(unit: Unit, { token, sums, sifted, payments, undone }: TakeIn) {
  const { fresh, adopted } = sifted;
  const dayName = createDayNames();
  const isPayment = paymentTest(token.paymentRule);
  const stale = new Set<Day>();
  for (const { before, changes } of adopted.values()) {
    const after = { ...before, ...changes };
    if (before.isSuccess) stale.add(dayName(before.timestamp.getTime()));
    if (isPayment(after) !== isPayment(before)) {
      payments.add(before.timestamp.getTime(), decodeAmount(before.amount), isPayment(after) ? 1 : -1);
    }
  }
  await writeAdopted(unit, adopted);

  const counted = fresh.filter(({ isSuccess }) => isSuccess);
  const touched = new Set([
    ...undone.hours.keys(),
    ...stale,
    ...counted.map(({ timestamp }) => dayName(timestamp.getTime())),
  ]);
  const hours = new Map([...touched].map((day) => [day, undone.hours.get(day) ?? new Set<number>()]));
  // Days are read before the new rows are there: what is read and what is added must not overlap.
  const days = touched.size === 0 ? new Map<Day, DaySums>() : await sums.read(unit, touched, stale);
  await sums.holders.read(unit, walletsOf(counted));
  for (const row of counted) {
    const units = decodeAmount(row.amount);
    const time = row.timestamp.getTime();
    const day = dayName(time);
    const daySums = days.get(day);
    if (daySums) addTransfer(daySums, row, units);
    hours.get(day)?.add(row.timestamp.getUTCHours());
    sums.holders.apply(row, units);
    if (isPayment(row)) payments.add(time, units);
  }
  await insertRows(unit, 'transactionActivity', fresh);
  return { days, hours, totals: freshTotals(fresh) };
}

interface TakeIn {
  readonly token: Stored<'tokens'>;
  readonly sums: TokenSums;
  readonly sifted: Sifted;
  readonly payments: PaymentWeeks;
  readonly undone: Undone;
}

async function writeAdopted({ session, collection }: Unit, adopted: Sifted['adopted']): Promise<void> {
  for (const chunk of inChunks([...adopted], 10_000)) {
    const writes = chunk.map(([_id, { changes }]) => ({ updateOne: { filter: { _id }, update: { $set: changes } } }));
    await collection('transactionActivity').bulkWrite(writes, { session, ordered: false });
  }
}
