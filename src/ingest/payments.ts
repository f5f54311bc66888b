import { PaymentRuleKind, TransferKind } from '../models/enums.js';
import type { PaymentRule } from '../models/payment-rule.js';
import type { TransferRow } from './transfer-row.js';

/** What a payment rule looks at. */
export type Payable = Pick<TransferRow, 'kind' | 'fromAddress' | 'methodId' | 'isSuccess'>;

/** Compiles a payment rule: which transfers of the token are payments. Failed ones never are. */
export function paymentTest(rule: PaymentRule): (transfer: Payable) => boolean {
  if (rule.kind === PaymentRuleKind.FROM) {
    const payers = new Set(rule.addresses);
    return ({ isSuccess, fromAddress }) => isSuccess && payers.has(fromAddress);
  }
  if (rule.kind === PaymentRuleKind.METHODS) {
    const selectors = new Set(rule.selectors);
    return ({ isSuccess, methodId }) => isSuccess && methodId !== null && selectors.has(methodId);
  }
  return ({ isSuccess, kind }) => isSuccess && kind === TransferKind.TRANSFER;
}
