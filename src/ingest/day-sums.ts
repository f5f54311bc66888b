import { zeroAddress } from '../models/address.js';
import { encodeAmount } from '../models/amount.js';
import { TransferKind } from '../models/enums.js';
import { Tally } from './tally.js';
import type { Stored } from './transaction.js';

/** What the sums need of a successful transfer. */
export interface Countable {
  readonly hour: number;
  readonly transactionHash: string | null;
  readonly fromAddress: string;
  readonly toAddress: string;
  readonly units: bigint;
  readonly kind: TransferKind;
}

/** Everything that is counted of the successful transfers of one UTC day, which come, and are taken back, one by one in any order. */
export class DaySums {
  readonly hours = new Map<number, HourSums>();
  txCount = 0;
  txAmount = 0n;
  mintCount = 0;
  mintAmount = 0n;
  burnCount = 0;
  burnAmount = 0n;
  readonly #hashes = new Tally();
  readonly #wallets = new Tally();
  readonly #senders = new Tally();

  /** Names that are held to count different ones. */
  get size(): number {
    let size = this.#hashes.size + this.#wallets.size + this.#senders.size;
    for (const { wallets } of this.hours.values()) size += wallets.size;
    return size;
  }

  add(transfer: Countable): void {
    this.#count(transfer, transfer.units, 1);
  }

  /** Takes back a transfer that was added. */
  remove(transfer: Countable): void {
    this.#count(transfer, -transfer.units, -1);
    if (this.hours.get(transfer.hour)?.count === 0) this.hours.delete(transfer.hour);
  }

  /** The day's own columns of dailyCumulativeMetrics. */
  metrics() {
    return {
      dailyTxCount: this.txCount,
      dailyTxAmount: encodeAmount(this.txAmount),
      distinctTransactionCount: this.#hashes.size,
      mintCount: this.mintCount,
      mintAmount: encodeAmount(this.mintAmount),
      burnCount: this.burnCount,
      burnAmount: encodeAmount(this.burnAmount),
    };
  }

  /** The day's own columns of dailyUniqueWallets that follow from the day alone. */
  wallets() {
    return { uniqueWalletCount: this.#wallets.size, activeWallets: this.#senders.size };
  }

  /** Rows of hourlyActivity; only hours in `wanted` when it is given. */
  hourly({ tokenId, date, wanted }: { tokenId: string; date: string; wanted?: ReadonlySet<number> }) {
    const rows: Array<Stored<'hourlyActivity'>> = [];
    for (const [hour, sums] of this.hours) {
      if (wanted && !wanted.has(hour)) continue;
      rows.push({
        _id: hourId({ tokenId, date, hour }),
        tokenId,
        date,
        hour,
        transactionCount: sums.count,
        totalVolume: encodeAmount(sums.amount),
        uniqueWallets: sums.wallets.size,
      });
    }
    return rows;
  }

  #count({ hour, transactionHash, fromAddress, toAddress, kind }: Countable, units: bigint, sign: 1 | -1): void {
    this.txCount += sign;
    this.txAmount += units;
    if (kind === TransferKind.MINT) {
      this.mintCount += sign;
      this.mintAmount += units;
    } else if (kind === TransferKind.BURN) {
      this.burnCount += sign;
      this.burnAmount += units;
    }
    if (transactionHash !== null) this.#hashes.count(transactionHash, sign);
    const sums = this.#hour(hour);
    sums.count += sign;
    sums.amount += units;
    if (fromAddress !== zeroAddress) {
      this.#senders.count(fromAddress, sign);
      this.#wallets.count(fromAddress, sign);
      sums.wallets.count(fromAddress, sign);
    }
    if (toAddress !== zeroAddress) {
      this.#wallets.count(toAddress, sign);
      sums.wallets.count(toAddress, sign);
    }
  }

  #hour(hour: number): HourSums {
    const known = this.hours.get(hour);
    if (known) return known;
    const fresh: HourSums = { count: 0, amount: 0n, wallets: new Tally() };
    this.hours.set(hour, fresh);
    return fresh;
  }
}

/** `_id` of a row of hourlyActivity. */
export function hourId({ tokenId, date, hour }: { tokenId: string; date: string; hour: number }): string {
  return `${tokenId}:${date}:${String(hour).padStart(2, '0')}`;
}

/** What is counted of one hour. */
export interface HourSums {
  count: number;
  amount: bigint;
  readonly wallets: Tally;
}
