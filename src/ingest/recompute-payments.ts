import { decodeAmount } from '../models/amount.js';
import type { PaymentRule } from '../models/payment-rule.js';
import { PaymentWeeks } from './payment-weeks.js';
import { paymentTest } from './payments.js';
import type { Unit } from './transaction.js';

/** Counts the payments of all weeks anew from the stored transfers: what another payment rule needs. */
export async function recomputePayments(
  unit: Unit,
  { tokenId, paymentRule }: { tokenId: string; paymentRule: PaymentRule },
): Promise<void> {
  const { session, collection } = unit;
  const isPayment = paymentTest(paymentRule);
  const payments = new PaymentWeeks();
  const projection = { timestamp: 1, fromAddress: 1, amount: 1, kind: 1, methodId: 1, isSuccess: 1 };
  const rows = collection('transactionActivity').find({ tokenId }, { session, projection, batchSize: 5_000 });
  for await (const row of rows) {
    if (isPayment(row)) payments.add(row.timestamp.getTime(), decodeAmount(row.amount));
  }
  await collection('weeklyPayments').deleteMany({ tokenId }, { session });
  await payments.write(unit, tokenId);
}
