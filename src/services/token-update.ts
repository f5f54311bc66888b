import { BadUserInputError, TokenNotFoundError } from '../errors.js';
import { raiseCatalogue } from '../ingest/catalogue.js';
import { recomputePayments } from '../ingest/recompute-payments.js';
import type { Stored, Unit } from '../ingest/transaction.js';
import { checkDecimals, checkLabel, checkPaymentRule, type UpdateToken } from './token-input.js';

/** A token after a change, and the catalogue's epoch where that rose. */
export interface ChangedToken {
  readonly token: Stored<'tokens'>;
  readonly catalogueEpoch: number | undefined;
}

/** Changes a token within a transaction; what is as wished already changes nothing. */
export async function updateToken(unit: Unit, id: string, input: UpdateToken): Promise<ChangedToken> {
  const tokens = unit.collection('tokens');
  const token = await tokens.findOne({ _id: id }, { session: unit.session });
  if (!token) throw new TokenNotFoundError({ token: id });
  const listed = listedChanges(token, input);
  const paymentRule = input.paymentRule ? checkPaymentRule(input.paymentRule) : token.paymentRule;
  const newRule = JSON.stringify(ruleKey(paymentRule)) !== JSON.stringify(ruleKey(token.paymentRule));
  const decimals = decimalsAfter(token, input.decimals);
  if (Object.keys(listed).length + Object.keys(decimals).length === 0 && !newRule) {
    return { token, catalogueEpoch: undefined };
  }
  const change = { ...listed, ...decimals, ...(newRule ? { paymentRule } : {}), updatedAt: new Date() };
  const after = await tokens.findOneAndUpdate(
    { _id: id },
    { $set: change, $inc: { epoch: 1 } },
    { session: unit.session, returnDocument: 'after' },
  );
  if (!after) throw new TokenNotFoundError({ token: id });
  if (newRule) await recomputePayments(unit, { tokenId: id, paymentRule });
  return { token: after, catalogueEpoch: Object.keys(listed).length > 0 ? await raiseCatalogue(unit) : undefined };
}

/** Changes that lists and look-ups show. */
function listedChanges(token: Stored<'tokens'>, input: UpdateToken): Partial<Stored<'tokens'>> {
  const name = input.name === undefined ? token.name : checkLabel('name', input.name);
  const symbol = input.symbol === undefined ? token.symbol : checkLabel('symbol', input.symbol);
  const isActive = input.isActive ?? token.isActive;
  return {
    ...(name === token.name ? {} : { name }),
    ...(symbol === token.symbol ? {} : { symbol, symbolKey: symbol.toLowerCase() }),
    ...(isActive === token.isActive ? {} : { isActive }),
  };
}

function decimalsAfter(token: Stored<'tokens'>, decimals: number | undefined): Partial<Stored<'tokens'>> {
  if (decimals === undefined || (decimals === token.decimals && !token.decimalsAssumed)) return {};
  if (token.decimalsAssumed) return { decimals: checkDecimals(decimals), decimalsAssumed: false };
  throw new BadUserInputError(
    `decimals: ${token.symbol} has ${token.decimals}, got ${decimals}; leave them out, or delete the token and add it anew.`,
  );
}

const ruleKey = ({ kind, addresses, selectors }: Stored<'tokens'>['paymentRule']) => [kind, addresses, selectors];
