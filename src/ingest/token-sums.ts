import { zeroAddress } from '../models/address.js';
import { decodeAmount } from '../models/amount.js';
import { type Day, dayMs, hourMs, startOfDay } from '../models/calendar.js';
import { type Countable, DaySums } from './day-sums.js';
import { HolderBook } from './holder-book.js';
import type { Unit } from './transaction.js';
import type { TransferRow } from './transfer-row.js';

/**
 * What the pipeline remembers of a token between batches, so that an import in block order never reads a row again: the sums of the
 * newest days and recent holders. Good only while the token stands at `epoch`; otherwise a fresh one starts from the stored rows.
 */
export class TokenSums {
  epoch: number | undefined;
  readonly holders: HolderBook;
  readonly #days = new Map<Day, DaySums>();

  constructor(private readonly tokenId: string) {
    this.holders = new HolderBook(tokenId);
  }

  /** What is held in memory, in names: hashes and addresses of days, and holders. */
  get size(): number {
    let size = this.holders.size;
    for (const day of this.#days.values()) size += day.size;
    return size;
  }

  /** The sums of the days, from memory or from the stored transfers; `stale` days are read in any case. */
  async read(unit: Unit, days: ReadonlySet<Day>, stale: ReadonlySet<Day>): Promise<Map<Day, DaySums>> {
    for (const day of stale) this.#days.delete(day);
    const missing = [...days].filter((day) => !this.#days.has(day));
    const rows = await unit
      .collection('dailyCumulativeMetrics')
      .find({ tokenId: this.tokenId, date: { $in: missing } }, { session: unit.session, projection: { date: 1 } })
      .toArray();
    const stored = new Set(rows.map(({ date }) => date));
    for (const day of missing) {
      this.#days.set(day, stored.has(day) ? await this.#readDay(unit, day) : new DaySums());
    }
    return new Map([...days].map((day) => [day, this.#days.get(day) ?? new DaySums()]));
  }

  /** Takes an undone transfer back from its day, where that is remembered; other days are read when they are asked for. */
  takeBack(day: Day, row: Pick<TransferRow, keyof typeof countedFields>, units: bigint): void {
    this.#days.get(day)?.remove(countableOf(row, units));
  }

  /** Forgets all but the newest days: older ones come late, and rarely. */
  prune(): void {
    const old = [...this.#days.keys()].sort().slice(0, -rememberedDays);
    for (const day of old) this.#days.delete(day);
  }

  async #readDay({ session, collection }: Unit, day: Day): Promise<DaySums> {
    const from = startOfDay(day);
    const timestamp = { $gte: from, $lt: new Date(from.getTime() + dayMs) };
    const rows = collection('transactionActivity').find(
      { tokenId: this.tokenId, timestamp },
      { session, projection: countedFields, batchSize: 5_000 },
    );
    const sums = new DaySums();
    for await (const row of rows) if (row.isSuccess) addTransfer(sums, row);
    return sums;
  }
}

/** Fields of a transfer that sums are made of. */
export const countedFields = {
  timestamp: 1,
  transactionHash: 1,
  fromAddress: 1,
  toAddress: 1,
  amount: 1,
  kind: 1,
  isSuccess: 1,
} as const;

/** Adds a stored transfer to the sums of its day. */
export function addTransfer(
  sums: DaySums,
  row: Pick<TransferRow, keyof typeof countedFields>,
  units: bigint = decodeAmount(row.amount),
): void {
  sums.add(countableOf(row, units));
}

function countableOf(row: Pick<TransferRow, keyof typeof countedFields>, units: bigint): Countable {
  const { transactionHash, fromAddress, toAddress, kind } = row;
  const hour = Math.floor((row.timestamp.getTime() % dayMs) / hourMs);
  return { hour, transactionHash, fromAddress, toAddress, units, kind };
}

/** The wallets of transfers, the zero address left out. */
export function walletsOf(rows: Iterable<Pick<TransferRow, 'fromAddress' | 'toAddress'>>): Set<string> {
  const wallets = new Set<string>();
  for (const { fromAddress, toAddress } of rows) wallets.add(fromAddress).add(toAddress);
  wallets.delete(zeroAddress);
  return wallets;
}

const rememberedDays = 2;
