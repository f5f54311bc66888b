import { PaymentRuleKind, TransferKind } from '../models/enums.js';
import type { PaymentRule } from '../models/payment-rule.js';
import type { TransferRow } from './transfer-row.js';

/** What a payment rule looks at. */
export type Payable = Pick<TransferRow, 'kind' | 'fromAddress' | 'methodId' | 'isSuccess'>;

/** Compiles a payment rule: which transfers of the token are payments. Failed ones, mints and burns never are. */
export function paymentTest(rule: PaymentRule): (transfer: Payable) => boolean {
  const chosen = choiceOf(rule);
  return (transfer) => transfer.isSuccess && transfer.kind === TransferKind.TRANSFER && chosen(transfer);
}

function choiceOf(rule: PaymentRule): (transfer: Payable) => boolean {
  if (rule.kind === PaymentRuleKind.FROM) {
    const payers = new Set(rule.addresses);
    return ({ fromAddress }) => payers.has(fromAddress);
  }
  if (rule.kind === PaymentRuleKind.METHODS) {
    const selectors = new Set(rule.selectors);
    return ({ methodId }) => methodId !== null && selectors.has(methodId);
  }
  return () => true;
}
