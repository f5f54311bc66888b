import { TokenNotFoundError } from '../errors.js';
import { collectionOf, type Stored } from '../ingest/transaction.js';
import type { Connections } from './connect.js';

/** The tokens that were named by id, address or symbol; all of them when none was. */
export async function pickTokens(
  { database }: Pick<Connections, 'database'>,
  names: readonly string[],
): Promise<Array<Stored<'tokens'>>> {
  const all = await collectionOf(database, 'tokens')
    .find({}, { sort: { symbol: 1 } })
    .toArray();
  if (names.length === 0) return all;
  return names.map((name) => {
    const is = (text: string) => text === name || text.toLowerCase() === name.toLowerCase();
    const found =
      all.find(
        ({ _id, contractAddress, symbol }) => _id === name || contractAddress === name.toLowerCase() || symbol === name,
      ) ?? all.find(({ symbol }) => is(symbol));
    if (!found) throw new TokenNotFoundError({ token: name });
    return found;
  });
}
