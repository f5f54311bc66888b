import { SourceError } from '../errors.js';
import { zeroAddress } from '../models/address.js';
import { decodeAmount } from '../models/amount.js';
import type { Day } from '../models/calendar.js';
import { createDayNames } from './day-names.js';
import type { HolderBook } from './holder-book.js';
import type { PaymentWeeks } from './payment-weeks.js';
import { paymentTest } from './payments.js';
import { readSightings, type Sighting, type UndoneWallet } from './sightings.js';
import { countedFields, type TokenSums } from './token-sums.js';
import { freshTotals, takeBackTotals } from './totals.js';
import type { Stored, Unit } from './transaction.js';

/**
 * Undoes the blocks above `rewindTo`: deletes their transfers and prices and takes them back from holders, payments and totals. Days and
 * hours are named, to be written by the batch that goes on from here and may fill them again. Costs what is undone, not what stays.
 * Throws REORG_TOO_DEEP when that reaches below the token's finalized block.
 */
export async function undoBlocks(unit: Unit, request: UndoRequest): Promise<Undone> {
  const { token, rewindTo, asOfFollows, sums, payments } = request;
  const { holders } = sums;
  refuseTooDeep(token, rewindTo);
  const { session } = unit;
  const above = { tokenId: token._id, blockNumber: { $gt: rewindTo } };
  const transfers = unit.collection('transactionActivity');
  const rows = await transfers.find(above, { session, projection: undoneFields, batchSize: 10_000 }).toArray();
  const { deletedCount: prices } = await unit.collection('tokenPriceData').deleteMany(above, { session });
  if (rows.length > 0) await transfers.deleteMany(above, { session });

  const hours = new Map<Day, Set<number>>();
  const dayName = createDayNames();
  const isPayment = paymentTest(token.paymentRule);
  const counted = rows.filter(({ isSuccess }) => isSuccess);
  const undone = timesOf(counted);
  await holders.read(unit, undone.keys());
  for (const row of counted) {
    const units = decodeAmount(row.amount);
    const time = row.timestamp.getTime();
    const day = dayName(time);
    holders.takeBack(row, units);
    sums.takeBack(day, row, units);
    if (isPayment(row)) payments.add(time, units, -1);
    hours.set(day, (hours.get(day) ?? new Set()).add(row.timestamp.getUTCHours()));
  }
  await seeAgain(unit, { token, rewindTo, holders, undone });

  const before = await headBefore(unit, { token, rows, asOfFollows });
  return { token: { ...token, ...before }, count: rows.length + prices, hours };
}

/** What undoing needs. */
export interface UndoRequest {
  readonly token: Stored<'tokens'>;
  readonly rewindTo: number;
  /** True when the batch says how far the chain is read; else the newest row that stays does. */
  readonly asOfFollows: boolean;
  readonly sums: TokenSums;
  /** Takes up the payments that are gone. */
  readonly payments: PaymentWeeks;
}

/** A token without the undone rows. */
export interface Undone {
  /** Its head as it would be had they never come; what follows from holders is moved with them. */
  readonly token: Stored<'tokens'>;
  /** Rows deleted. */
  readonly count: number;
  /** Hours that lost transfers, by day. */
  readonly hours: ReadonlyMap<Day, Set<number>>;
}

function refuseTooDeep({ symbol, finalizedBlock }: Stored<'tokens'>, rewindTo: number): void {
  if (finalizedBlock === null || rewindTo >= finalizedBlock) return;
  throw new SourceError(
    'REORG_TOO_DEEP',
    `${symbol}: a reorg replaces blocks from ${rewindTo + 1} on, but the chain had called block ${finalizedBlock} final. Nothing was changed; check which chain the node follows. If it is right, delete the token and read it anew.`,
    { details: { rewindTo, finalizedBlock } },
  );
}

/** First and last time of each address, the zero address left out. */
function timesOf(rows: readonly UndoneRow[]): Map<string, Sighting> {
  const times = new Map<string, Sighting>();
  for (const { fromAddress, toAddress, timestamp } of rows) {
    const time = timestamp.getTime();
    for (const address of [fromAddress, toAddress]) {
      const { first, last } = times.get(address) ?? { first: time, last: time };
      times.set(address, { first: Math.min(first, time), last: Math.max(last, time) });
    }
  }
  times.delete(zeroAddress);
  return times;
}

/** Sets when the addresses of undone transfers were seen. */
async function seeAgain(unit: Unit, { token, rewindTo, holders, undone }: Again): Promise<void> {
  if (undone.size === 0) return;
  const wallets = new Map<string, UndoneWallet>();
  for (const [address, times] of undone) {
    wallets.set(address, { seen: holders.seen(address) ?? times, undone: times });
  }
  const inOrder = token.timesInOrder === true;
  const sightings = await readSightings(unit, { tokenId: token._id, wallets, upTo: rewindTo, inOrder });
  for (const address of undone.keys()) holders.see(address, sightings.get(address));
}

interface Again extends Pick<UndoRequest, 'token' | 'rewindTo'> {
  readonly holders: HolderBook;
  readonly undone: ReadonlyMap<string, Sighting>;
}

const undoneFields = { ...countedFields, blockNumber: 1, methodId: 1 } as const;
type UndoneRow = Pick<Stored<'transactionActivity'>, keyof typeof undoneFields>;

async function headBefore(unit: Unit, { token, rows, asOfFollows }: Head) {
  const gone = freshTotals(rows);
  const first = token.totals.firstTransferAt;
  const isFirstGone = first !== null && gone.firstTransferAt === first.getTime();
  const totals = takeBackTotals(token.totals, gone, isFirstGone ? await readFirstTime(unit, token._id) : first);
  const newest = asOfFollows ? null : await readNewest(unit, token._id);
  return {
    totals,
    // Rows in order stay so without some of them; whether others are now is not worth a scan.
    timesInOrder: token.timesInOrder === true || totals.transferRows === 0,
    asOfTime: newest?.timestamp ?? null,
    asOfBlock: newest?.blockNumber ?? null,
  };
}

interface Head extends Pick<UndoRequest, 'token' | 'asOfFollows'> {
  readonly rows: readonly UndoneRow[];
}

async function readFirstTime({ session, collection }: Unit, tokenId: string): Promise<Date | null> {
  const first = await collection('transactionActivity').findOne(
    { tokenId, isSuccess: true },
    { session, projection: { timestamp: 1 }, sort: { timestamp: 1 } },
  );
  return first?.timestamp ?? null;
}

/** Failed rows count: a file is as far as its newest row. */
async function readNewest({ session, collection }: Unit, tokenId: string) {
  return collection('transactionActivity').findOne(
    { tokenId },
    { session, projection: { timestamp: 1, blockNumber: 1 }, sort: { timestamp: -1, blockNumber: -1 } },
  );
}
