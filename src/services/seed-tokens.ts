import { SourceError, TokenConflictError, TokenNotFoundError } from '../errors.js';
import type { Source, TokenFacts } from '../ingest/sources/source.js';
import type { Row } from '../models/models.js';
import type { SeedToken } from './seed-list.js';
import type { TokenDataService } from './token-data-service.js';
import { checkContract, longestLabel } from './token-input.js';
import { withSuffix } from './token-labels.js';

/** What became of one token of a list. */
export interface Seeded {
  readonly address: string;
  readonly outcome: 'created' | 'known' | 'refused';
  readonly tokenId: string | null;
  readonly symbol: string | null;
  /** What the list says otherwise than the chain, what was chosen instead, or why the token is refused. */
  readonly notices: readonly string[];
}

/** Who is asked and told. */
export interface SeedDeps {
  readonly tokens: Pick<TokenDataService, 'createToken'> & {
    findByAddress(address: string): Promise<KnownToken | null>;
  };
  readonly source: Pick<Source, 'describe'>;
  readonly chainId: number;
  /** True where balances before a first block can be asked for. */
  readonly givesOpenings?: boolean;
  readonly signal?: AbortSignal;
  readonly onSeeded?: (seeded: Seeded) => void;
}

/** A token that is there already. */
export type KnownToken = Pick<Row<'tokens'>, '_id' | 'symbol' | 'name' | 'decimals' | 'chainId'>;

/**
 * Adds the tokens of a list that are missing. Name, symbol and decimals come from the chain; a list that contradicts it is told so and not
 * believed. A contract that is no token is refused and does not hold up the others; a source that fails ends the call.
 */
export async function seedTokens(list: readonly SeedToken[], deps: SeedDeps): Promise<Seeded[]> {
  const done: Seeded[] = [];
  for (const wish of list) {
    if (deps.signal?.aborted) break;
    const seeded = await seedOne({ ...wish, address: checkContract(wish.address) }, deps);
    deps.onSeeded?.(seeded);
    done.push(seeded);
  }
  return done;
}

async function seedOne(wish: SeedToken, { tokens, source, chainId, givesOpenings = false }: SeedDeps): Promise<Seeded> {
  const { address } = wish;
  const known = await tokens.findByAddress(address);
  if (known) {
    const notices = contradictions(wish, known, 'stored');
    return { address, outcome: 'known', tokenId: known._id, symbol: known.symbol, notices };
  }
  let facts: TokenFacts;
  try {
    facts = await source.describe(address);
  } catch (error) {
    const isNone = error instanceof TokenNotFoundError;
    if (!isNone && !(error instanceof SourceError && error.code === 'SOURCE_REFUSED')) throw error;
    const notice = isNone ? `There is no token contract at ${address} on chain ${chainId}.` : error.message;
    return { address, outcome: 'refused', tokenId: null, symbol: null, notices: [notice] };
  }
  const { token, notices } = await create(wish, facts, { tokens, chainId });
  const told = [
    ...contradictions(wish, facts, 'on the chain'),
    ...assumed(facts),
    ...shortened(facts),
    ...(givesOpenings ? [] : missingBefore(wish)),
    ...notices,
  ];
  return { address, outcome: 'created', tokenId: token._id, symbol: token.symbol, notices: told };
}

/** A label that another token has gets a part of the address. */
async function create(
  { address, paymentRule, fromBlock, priceSource }: SeedToken,
  facts: TokenFacts,
  { tokens, chainId }: Pick<SeedDeps, 'tokens' | 'chainId'>,
): Promise<{ token: Row<'tokens'>; notices: string[] }> {
  const wanted = {
    symbol: labelOf(facts.symbol ?? facts.name, address),
    name: labelOf(facts.name ?? facts.symbol, address),
  };
  const digits = { symbol: 0, name: 0 };
  for (;;) {
    const symbol = withSuffix(wanted.symbol, address, digits.symbol);
    const name = withSuffix(wanted.name, address, digits.name);
    const decimals = facts.decimals === undefined ? { decimalsAssumed: true } : { decimals: facts.decimals };
    const settings = { paymentRule, fromBlock, priceSource };
    try {
      const token = await tokens.createToken({
        symbol,
        name,
        contractAddress: address,
        chainId,
        ...decimals,
        ...settings,
      });
      const taken = (['symbol', 'name'] as const).filter((field) => digits[field] > 0);
      return {
        token,
        notices: taken.map((field) => `The ${field} ${wanted[field]} is taken: the token is ${token[field]}.`),
      };
    } catch (error) {
      const field = error instanceof TokenConflictError ? error.details.field : undefined;
      if ((field !== 'symbol' && field !== 'name') || digits[field] >= 40) throw error;
      digits[field] += digits[field] === 0 ? 6 : 2;
    }
  }
}

/** Text of a contract may hold anything: what no name can be made of is the address. */
function labelOf(text: string | undefined, address: string): string {
  const label = (text ?? '').replaceAll(/\p{C}/gu, '').trim();
  // Half of a surrogate pair is no character.
  return label === '' ? address : label.slice(0, longestLabel).replace(/[\ud800-\udbff]$/, '');
}

function shortened(facts: TokenFacts): string[] {
  return (['symbol', 'name'] as const).flatMap((field) => {
    const { length } = facts[field] ?? '';
    return length > longestLabel ? [`The ${field} has ${length} characters: it is cut to ${longestLabel}.`] : [];
  });
}

function missingBefore({ fromBlock }: SeedToken): string[] {
  if (fromBlock === undefined || fromBlock === 0) return [];
  return [
    `Its history begins at block ${fromBlock}: balances of before are missing, and the holders wrong, unless the contract is no older, opening balances are imported, or Moralis gives them (MORALIS_API_KEY).`,
  ];
}

function assumed({ decimals }: TokenFacts): string[] {
  return decimals === undefined ? ['The contract names no decimals: 18 are assumed.'] : [];
}

function contradictions(wish: SeedToken, truth: TokenFacts | KnownToken, where: string): string[] {
  return (['symbol', 'name', 'decimals'] as const)
    .filter((field) => wish[field] !== undefined && truth[field] !== undefined && wish[field] !== truth[field])
    .map((field) => `The list says ${field} ${wish[field]}, ${where} it is ${truth[field]}.`);
}
