import { decodeAmount, shareOf } from '../models/amount.js';
import { HolderDistribution } from '../models/holder-distribution.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { groupByToken } from './group-by-token.js';
import { bandsOf, type Edge, edgesOf, leastBalance } from './holder-bands.js';
import { holdersByBalance, supplyOf } from './holders.js';
import { inWindows } from './in-windows.js';
import { readPerToken } from './read-per-token.js';
import { type OfToken, type Reader, relation } from './relation.js';

/** How the supply is spread. Commands: 2, one of them only where a token has a supply above 0. */
export const holderDistribution = relation({
  name: 'holderDistribution',
  description:
    'How the supply is spread over holders: shares of the largest and bands by share, in percent of totalSupply.',
  type: HolderDistribution,
  normalize: () => ({}),
  tier: 'medium',
  load: async (tokens, _args, read) => {
    const edges = edgesOf(read.settings.holderBands);
    const [largest, above] = await Promise.all([
      readPerToken<{ rows: { balance: string } }>({
        read,
        tokens,
        lists: { rows: { ...holdersByBalance, limit: 500, fields: ['balance'] } },
      }),
      readAboveLowestBand(tokens, edges, read),
    ]);
    return tokens.map((token): OfToken<HolderDistribution> => {
      const supply = supplyOf(token);
      const balances = (largest.get(token.id)?.rows ?? []).map(({ balance }) => decodeAmount(balance));
      const top = (count: number): string => shareOf(sum(balances.slice(0, count)), supply);
      return {
        tokenId: token.id,
        holderCount: token.totals.holderCount,
        negativeBalanceCount: token.totals.negativeBalanceCount,
        top10Share: top(10),
        top25Share: top(25),
        top50Share: top(50),
        top100Share: top(100),
        top250Share: top(250),
        top500Share: top(500),
        bands: bandsOf({ token, supply, edges, balances: above.get(token.id) ?? [] }),
      };
    });
  },
});

/** Balances in every band but the lowest, whose figures are the totals less the rest: small holders, the many, are never read. */
async function readAboveLowestBand(
  tokens: readonly TokenSnapshot[],
  edges: readonly Edge[],
  read: Reader,
): Promise<Map<string, bigint[]>> {
  const edge = edges.at(-2);
  const windows = tokens
    .filter((token) => supplyOf(token) > 0n)
    .map((token) => ({ token, lower: edge ? leastBalance(edge, supplyOf(token)) : '', upper: null }));
  if (edge === undefined || windows.length === 0) return new Map();
  const rows = await read.find('holders', inWindows('balance', windows), {
    projection: { _id: 0, tokenId: 1, balance: 1 },
  });
  return new Map([...groupByToken(rows)].map(([id, list]) => [id, list.map(({ balance }) => decodeAmount(balance))]));
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
