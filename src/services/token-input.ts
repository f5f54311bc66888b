import { BadUserInputError } from '../errors.js';
import { isAddress, zeroAddress } from '../models/address.js';
import { PaymentRuleKind } from '../models/enums.js';
import { defaultPaymentRule, type PaymentRule } from '../models/payment-rule.js';

/** What a new token is made of. */
export interface CreateToken {
  readonly name: string;
  readonly symbol: string;
  readonly contractAddress: string;
  readonly chainId?: number | undefined;
  readonly decimals?: number | undefined;
  readonly decimalsAssumed?: boolean | undefined;
  readonly isActive?: boolean | undefined;
  readonly paymentRule?: PaymentRuleLike | undefined;
  /** First block that is read of a chain. */
  readonly fromBlock?: number | undefined;
  /** Where its prices come from, in the form that `parsePriceSetting` gives. */
  readonly priceSource?: string | undefined;
}

/** What of a token may be changed. */
export interface UpdateToken {
  readonly name?: string | undefined;
  readonly symbol?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly paymentRule?: PaymentRuleLike | undefined;
  /** Only while they were assumed. */
  readonly decimals?: number | undefined;
}

/** A payment rule as somebody gives it. */
export interface PaymentRuleLike {
  readonly kind: PaymentRuleKind;
  readonly addresses?: readonly string[] | null | undefined;
  readonly selectors?: readonly string[] | null | undefined;
}

/** A name or symbol without space around it, 1 to 200 characters. */
export function checkLabel(field: 'name' | 'symbol', text: string): string {
  const label = text.trim();
  if (label.length >= 1 && label.length <= longestLabel) return label;
  throw new BadUserInputError(
    `${field}: expected 1 to ${longestLabel} characters, got ${label.length === 0 ? 'none' : label.length}.`,
  );
}

/** Contract address in lower case. */
export function checkContract(address: string): string {
  if (isAddress(address) && address.toLowerCase() !== zeroAddress) return address.toLowerCase();
  throw new BadUserInputError(
    `contractAddress: expected 0x and 40 hexadecimal digits, in one case or with a right EIP-55 checksum, and not the zero address; got ${JSON.stringify(address.slice(0, 100))}.`,
  );
}

/** Decimals of an ERC-20 token are a uint8. */
export function checkDecimals(decimals: number): number {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= 255) return decimals;
  throw new BadUserInputError(`decimals: expected a whole number from 0 to 255, got ${decimals}.`);
}

/** EIP-155 chain id. */
export function checkChainId(chainId: number): number {
  if (Number.isInteger(chainId) && chainId >= 1 && chainId <= 2_147_483_647) return chainId;
  throw new BadUserInputError(`chainId: expected a whole number from 1 to 2147483647, got ${chainId}.`);
}

/** Canonical form of a payment rule: the list that its kind uses, lower case, without repeats, sorted. */
export function checkPaymentRule(rule: PaymentRuleLike = defaultPaymentRule): PaymentRule {
  if (rule.kind === PaymentRuleKind.FROM) {
    const addresses = canonical(
      rule.addresses,
      isAddress,
      'addresses',
      'payer addresses (0x and 40 hexadecimal digits)',
    );
    return { kind: rule.kind, addresses, selectors: [] };
  }
  if (rule.kind === PaymentRuleKind.METHODS) {
    const isSelector = (text: string) => /^0x[0-9a-f]{8}$/i.test(text);
    const selectors = canonical(rule.selectors, isSelector, 'selectors', 'selectors (0x and 8 hexadecimal digits)');
    return { kind: rule.kind, addresses: [], selectors };
  }
  return { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] };
}

/** Characters of a name or symbol. */
export const longestLabel = 200;
const longestList = 1_000;

function canonical(
  given: readonly string[] | null | undefined,
  isGood: (text: string) => boolean,
  field: string,
  expected: string,
): string[] {
  const list = given ?? [];
  const bad = list.find((text) => !isGood(text));
  if (bad !== undefined || list.length === 0 || list.length > longestList) {
    const came = bad === undefined ? `${list.length} of them` : JSON.stringify(bad.slice(0, 100));
    throw new BadUserInputError(`paymentRule.${field}: expected 1 to ${longestList} ${expected}, got ${came}.`);
  }
  return [...new Set(list.map((text) => text.toLowerCase()))].sort();
}
