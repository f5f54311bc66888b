import type { Database } from '../database.js';
import { BadUserInputError, TokenConflictError } from '../errors.js';
import type { Batch } from '../ingest/batch.js';
import type { Pipeline } from '../ingest/pipeline.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import type { PaymentRule } from '../models/payment-rule.js';
import type { TokenDataService } from './token-data-service.js';
import { isMadeFrom, type Labels, moreDigits, type SuffixDigits, withSuffix } from './token-labels.js';

/** What an import knows of a token. */
export interface TokenWish {
  readonly address: string;
  readonly symbol?: string | undefined;
  readonly name?: string | undefined;
  readonly decimals?: number | undefined;
  readonly chainId?: number | undefined;
  readonly paymentRule?: PaymentRule | undefined;
  /** Suffixes that tell it from other tokens of the same import. */
  readonly digits?: SuffixDigits | undefined;
}

/** Commits the batches of the token of an address. */
export interface TokenWriter {
  /** Undefined while the token is not there. */
  readonly tokenId: string | undefined;
  /** As `Pipeline.commitAhead`. The first batch of a token that is not there yet makes it in the same transaction. */
  commitAhead(batch: Omit<Batch, 'tokenId' | 'newToken'>): ReturnType<Pipeline['commitAhead']>;
}

/** What a writer works with. */
export interface TokenWriterDeps {
  readonly database: Database;
  readonly pipeline: Pipeline;
  readonly tokens: TokenDataService;
  /** Hears what became of the wish. */
  readonly notify: (notice: string) => void;
}

/**
 * Opens the writer; throws BadUserInputError when the wish is no token or contradicts the one that is there. A symbol or name that is
 * taken gets `-` and the first 6 hex digits of the address, more where that is taken too; a token without one has its address as
 * symbol and name, and 18 decimals, marked as assumed.
 */
export async function openTokenWriter(deps: TokenWriterDeps, wish: TokenWish): Promise<TokenWriter> {
  const { pipeline, tokens } = deps;
  const wanted = wantedLabels(wish);
  const digits = { ...(wish.digits ?? { symbol: 0, name: 0 }) };
  const draft = (): Stored<'tokens'> =>
    tokens.draftToken({
      symbol: withSuffix(wanted.symbol, wish.address, digits.symbol),
      name: withSuffix(wanted.name, wish.address, digits.name),
      contractAddress: wish.address,
      chainId: wish.chainId,
      decimals: wish.decimals,
      decimalsAssumed: wish.decimals === undefined,
      paymentRule: wish.paymentRule,
    });

  let tokenId = await adoptKnown(deps, wish);
  let newToken = draft();
  const makeWay = async (error: unknown): Promise<void> => {
    if (!(error instanceof TokenConflictError)) throw error;
    tokenId = await adoptKnown(deps, wish);
    const { field } = error.details;
    if (tokenId !== undefined || (field !== 'symbol' && field !== 'name')) return;
    const more = moreDigits(digits[field]);
    if (more === undefined)
      throw new BadUserInputError(`--${field}: ${wanted[field]} is taken in every form; choose another.`);
    digits[field] = more;
    newToken = draft();
  };

  return {
    get tokenId() {
      return tokenId;
    },
    commitAhead: async (batch) => {
      while (tokenId === undefined) {
        try {
          const done = await pipeline.commitAhead({ ...batch, tokenId: newToken._id, newToken });
          tokenId = newToken._id;
          for (const notice of noticesOf(wanted, newToken)) deps.notify(notice);
          return done;
        } catch (error) {
          await makeWay(error);
        }
      }
      return pipeline.commitAhead({ ...batch, tokenId });
    },
  };
}

/** Labels that a token would have if they were free. */
export function wantedLabels({ address, symbol, name }: Pick<TokenWish, 'address' | 'symbol' | 'name'>): Labels {
  const label = (symbol ?? name ?? address).trim();
  return { symbol: label, name: (name ?? label).trim() };
}

function noticesOf(wanted: Labels, got: Stored<'tokens'>): string[] {
  const taken = (['symbol', 'name'] as const)
    .filter((field) => wanted[field] !== got[field])
    .map((field) => `The ${field} ${wanted[field]} is taken: the token is ${got[field]}.`);
  if (!got.decimalsAssumed) return taken;
  return [...taken, `${got.symbol} has 18 decimals by assumption; give --decimals if that is wrong.`];
}

/** The id of the token, where it is there already. What an import says of it may add, may not contradict. */
async function adoptKnown({ database, tokens, notify }: TokenWriterDeps, wish: TokenWish): Promise<string | undefined> {
  const known = await collectionOf(database, 'tokens').findOne({ contractAddress: wish.address });
  if (!known) return undefined;
  if (wish.chainId !== undefined && wish.chainId !== known.chainId) {
    throw new BadUserInputError(
      `--chain-id: the token ${known.symbol} (${known.contractAddress}) is on chain ${known.chainId}, got ${wish.chainId}.`,
    );
  }
  const { decimals, paymentRule } = wish;
  const newDecimals = decimals !== undefined && (known.decimalsAssumed || decimals !== known.decimals);
  // An update tells the caches; for many tokens that already are as wished nothing has to be told.
  if (newDecimals || paymentRule !== undefined) await tokens.updateToken(known._id, { decimals, paymentRule });
  const others = (['symbol', 'name'] as const).filter((field) => {
    const label = wish[field]?.trim();
    return label !== undefined && !isMadeFrom(known[field], label, wish.address);
  });
  if (others.length > 0) {
    const told = others.map((field) => `the ${field} ${wish[field]}`).join(' and ');
    notify(
      `The token ${known.contractAddress} is known as ${known.symbol} (${known.name}): ${told} is left aside; \`update\` changes it.`,
    );
  }
  return known._id;
}
