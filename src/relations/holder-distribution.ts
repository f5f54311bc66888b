import { decodeAmount, shareOf } from '../models/amount.js';
import { HolderDistribution } from '../models/holder-distribution.js';
import { supplyOf } from '../models/token-totals.js';
import { bandsOf, edgesOf, emptySums } from './holder-bands.js';
import { holdersByBalance } from './holders.js';
import { readBands } from './read-bands.js';
import { readPerToken } from './read-per-token.js';
import { type OfToken, relation } from './relation.js';

/** How the supply is spread. Commands: 2, one of them only where a token has a supply above 0; more in the cases that readBands tells. */
export const holderDistribution = relation({
  name: 'holderDistribution',
  description:
    'How the supply is spread over holders: shares of the largest and bands by share, in percent of totalSupply.',
  type: HolderDistribution,
  normalize: () => ({}),
  tier: 'medium',
  load: async (tokens, _args, read) => {
    const edges = edgesOf(read.settings.holderBands);
    const [largest, bands] = await Promise.all([
      readPerToken<{ rows: { balance: string } }>({
        read,
        tokens,
        lists: { rows: { ...holdersByBalance, limit: 500, fields: ['balance'] } },
      }),
      readBands(tokens, edges, read),
    ]);
    return tokens.map((token): OfToken<HolderDistribution> => {
      const supply = supplyOf(token.totals);
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
        bands: bandsOf(token, edges, bands.get(token.id) ?? emptySums(edges)),
      };
    });
  },
});

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
