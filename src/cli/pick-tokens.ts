import { TokenNotFoundError } from '../errors.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import { chooseBySymbol } from '../models/choose-by-symbol.js';
import type { Connections } from './connect.js';

/**
 * The tokens that were named by id, address or symbol; all of them when none was. A symbol is looked up as everywhere: in any case, and
 * refused where that leaves several and none exactly, for nobody wants to delete the wrong one.
 */
export async function pickTokens(
  { database }: Pick<Connections, 'database'>,
  names: readonly string[],
): Promise<Array<Stored<'tokens'>>> {
  const all = await collectionOf(database, 'tokens')
    .find({}, { sort: { symbol: 1 } })
    .toArray();
  if (names.length === 0) return all;
  return names.map((name) => {
    const sought = name.toLowerCase();
    const found =
      all.find(({ _id }) => _id === sought) ??
      all.find(({ contractAddress }) => contractAddress === sought) ??
      chooseBySymbol(
        name,
        all.filter(({ symbolKey }) => symbolKey === sought),
      );
    if (!found) throw new TokenNotFoundError({ token: name });
    return found;
  });
}
