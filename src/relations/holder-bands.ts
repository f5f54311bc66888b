import { decodeAmount, encodeAmount, formatUnits, parseUnits } from '../models/amount.js';
import type { HolderBand } from '../models/holder-distribution.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import type { AnswerSettings } from './relation.js';

/** The lower edge of a band: percent of supply as an exact fraction, `units / 10^places`. */
export interface Edge {
  readonly name: string;
  readonly units: bigint;
  readonly places: number;
}

/** Edges of the configured bands, from the top. */
export function edgesOf(bands: AnswerSettings['holderBands']): Edge[] {
  return bands.map(({ name, minShare }) => {
    const places = minShare.split('.')[1]?.length ?? 0;
    return { name, places, units: parseUnits(minShare, places) ?? 0n };
  });
}

/** Stored form of the smallest balance whose exact share reaches the edge; above 0 in any case. */
export function leastBalance(edge: Edge, supply: bigint): string {
  const whole = 100n * 10n ** BigInt(edge.places);
  const least = (edge.units * supply + whole - 1n) / whole;
  return encodeAmount(least > 1n ? least : 1n);
}

/**
 * Bands of one token. `balances` are those of every band but the lowest; the lowest gets what the totals leave. Without a supply above 0
 * it gets everything.
 */
export function bandsOf({
  token: { totals, decimals },
  supply,
  edges,
  balances,
}: {
  token: TokenSnapshot;
  supply: bigint;
  edges: readonly Edge[];
  balances: readonly bigint[];
}): HolderBand[] {
  const upper = edges.slice(0, -1).map((edge) => ({ edge, count: 0, balance: 0n }));
  const rest = { count: totals.holderCount, balance: decodeAmount(totals.heldAmount) };
  for (const balance of supply > 0n ? balances : []) {
    const band = upper.find(({ edge }) => balance * 100n * 10n ** BigInt(edge.places) >= edge.units * supply);
    if (!band) continue;
    band.count += 1;
    band.balance += balance;
    rest.count -= 1;
    rest.balance -= balance;
  }
  const filled = [...upper, rest];
  return edges.map((edge, i) => {
    const above = edges[i - 1];
    return {
      name: edge.name,
      minShare: formatUnits(edge.units, edge.places),
      maxShare: above ? formatUnits(above.units, above.places) : null,
      holderCount: filled[i]?.count ?? 0,
      balance: formatUnits(filled[i]?.balance ?? 0n, decimals),
    };
  });
}
