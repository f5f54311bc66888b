import { decodeAmount, encodeAmount } from '../models/amount.js';
import { type Day, dayMs, dayOf, weekOf } from '../models/calendar.js';
import type { Unit } from './transaction.js';

/** Number and amount of payments. */
export interface PaymentSum {
  count: number;
  amount: bigint;
}

/** Payments by week, as sums or as changes of sums. */
export class PaymentWeeks {
  readonly weeks = new Map<Day, PaymentSum>();
  readonly #weekByDay = new Map<number, Day>();

  add(time: number, units: bigint, sign: 1 | -1 = 1): void {
    const week = this.#weekOf(time);
    const sum = this.weeks.get(week);
    const amount = sign === 1 ? units : -units;
    if (!sum) this.weeks.set(week, { count: sign, amount });
    else {
      sum.count += sign;
      sum.amount += amount;
    }
  }

  /** Adds these changes to the stored weeks; a week without a payment has no row. */
  async write({ session, collection }: Unit, tokenId: string): Promise<void> {
    if (this.weeks.size === 0) return;
    const target = collection('weeklyPayments');
    const weekStartDate = { $in: [...this.weeks.keys()] };
    const rows = await target.find({ tokenId, weekStartDate }, { session }).toArray();
    const stored = new Map(rows.map((row) => [row.weekStartDate, row]));
    const writes = [...this.weeks].map(([week, change]) => {
      const row = stored.get(week);
      const paymentCount = (row?.paymentCount ?? 0) + change.count;
      const amount = (row ? decodeAmount(row.totalPaymentsAmount) : 0n) + change.amount;
      const filter = { _id: `${tokenId}:${week}` };
      if (paymentCount === 0) return { deleteOne: { filter } };
      const fields = { tokenId, weekStartDate: week, paymentCount, totalPaymentsAmount: encodeAmount(amount) };
      return { updateOne: { filter, update: { $set: fields }, upsert: true } };
    });
    await target.bulkWrite(writes, { session, ordered: false });
  }

  #weekOf(time: number): Day {
    const day = Math.floor(time / dayMs);
    const known = this.#weekByDay.get(day);
    if (known !== undefined) return known;
    const week = weekOf(dayOf(time));
    this.#weekByDay.set(day, week);
    return week;
  }
}
