import { BadUserInputError } from '../errors.js';
import { PaymentRuleKind } from '../models/enums.js';
import type { PaymentRule } from '../models/payment-rule.js';
import { checkPaymentRule } from './token-input.js';

/** The payment rule of a text: `all`, `from:0x..,0x..` or `methods:0x12345678,..`. */
export function parsePaymentRule(text: string): PaymentRule {
  const [kind = '', list] = text.trim().split(/:(.*)/s);
  const parts = (list ?? '').split(',').map((part) => part.trim());
  if (kind === 'all' && list === undefined) return checkPaymentRule();
  if (kind === 'from') return checkPaymentRule({ kind: PaymentRuleKind.FROM, addresses: parts });
  if (kind === 'methods') return checkPaymentRule({ kind: PaymentRuleKind.METHODS, selectors: parts });
  throw new BadUserInputError(
    `--payment-rule: expected all, from:0x..,0x.. or methods:0x12345678,.., got ${JSON.stringify(text.slice(0, 100))}.`,
  );
}
