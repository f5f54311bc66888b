import { BadUserInputError } from '../errors.js';

/**
 * What a symbol means among the tokens that have it in any case: the one that is written exactly so, else the only one, else nothing.
 * Throws BadUserInputError naming them when it may be any of several.
 */
export function chooseBySymbol<T extends { readonly symbol: string }>(
  symbol: string,
  matches: readonly T[],
): T | undefined {
  const exact = matches.find((match) => match.symbol === symbol);
  if (exact || matches.length <= 1) return exact ?? matches[0];
  const names = matches.map((match) => match.symbol).join(', ');
  throw new BadUserInputError(
    `symbol: ${JSON.stringify(symbol.slice(0, 200))} may be any of ${names}; give one of them exactly.`,
  );
}
