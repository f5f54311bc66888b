import type { Database } from '../database.js';
import { BadUserInputError, TokenConflictError } from '../errors.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import type { PaymentRule } from '../models/payment-rule.js';
import type { TokenDataService } from './token-data-service.js';

/** What an import knows of a token. */
export interface TokenWish {
  readonly address: string;
  readonly symbol?: string | undefined;
  readonly name?: string | undefined;
  readonly decimals?: number | undefined;
  readonly chainId?: number | undefined;
  readonly paymentRule?: PaymentRule | undefined;
}

/**
 * The token of an address, created when it is not there yet. A symbol or name that is taken gets `-` and the first 6 hex digits of the
 * address; a token without one has its address as symbol and name, and 18 decimals, marked as assumed.
 */
export async function ensureToken(
  { database, tokens }: { database: Database; tokens: TokenDataService },
  wish: TokenWish,
): Promise<{ tokenId: string; notices: string[] }> {
  const symbol = wish.symbol ?? wish.name ?? wish.address;
  const given = { symbol, name: wish.name ?? symbol };
  const label = { ...given };
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const known = await collectionOf(database, 'tokens').findOne({ contractAddress: wish.address });
    if (known) return { tokenId: known._id, notices: await adjust(tokens, known, wish) };
    try {
      const created = await tokens.createToken({
        ...label,
        contractAddress: wish.address,
        chainId: wish.chainId,
        decimals: wish.decimals,
        decimalsAssumed: wish.decimals === undefined,
        paymentRule: wish.paymentRule,
      });
      return { tokenId: created._id, notices: noticesOf(given, label, wish) };
    } catch (error) {
      if (!(error instanceof TokenConflictError)) throw error;
      const { field } = error.details;
      const suffix = `-${wish.address.slice(2, 8)}`;
      if ((field === 'symbol' || field === 'name') && !label[field].endsWith(suffix)) label[field] += suffix;
      else if (field !== 'contractAddress') throw error;
    }
  }
  throw new BadUserInputError(`--symbol, --name: ${given.symbol} and ${given.name} are taken; choose others.`);
}

function noticesOf(given: { symbol: string; name: string }, got: { symbol: string; name: string }, wish: TokenWish) {
  const notices: string[] = [];
  for (const field of ['symbol', 'name'] as const) {
    if (given[field] !== got[field]) notices.push(`The ${field} ${given[field]} is taken: the token is ${got[field]}.`);
  }
  if (wish.decimals === undefined)
    notices.push(`${got.symbol} has 18 decimals by assumption; give --decimals if that is wrong.`);
  return notices;
}

/** What the import says of a token that is there already: may add, may not contradict. */
async function adjust(tokens: TokenDataService, known: Stored<'tokens'>, wish: TokenWish): Promise<string[]> {
  if (wish.chainId !== undefined && wish.chainId !== known.chainId) {
    throw new BadUserInputError(
      `--chain-id: the token ${known.symbol} (${known.contractAddress}) is on chain ${known.chainId}, got ${wish.chainId}.`,
    );
  }
  const { decimals, paymentRule } = wish;
  await tokens.updateToken(known._id, { decimals, paymentRule });
  if (wish.symbol === undefined || known.symbol.startsWith(wish.symbol)) return [];
  return [`The token ${known.contractAddress} is known as ${known.symbol}; --symbol and --name are left aside.`];
}
