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

/** Holders of one band and what they have. */
export interface BandSum {
  count: number;
  balance: bigint;
}

/** Sums of the bands but the lowest, from the top, before a balance is added. */
export function emptySums(edges: readonly Edge[]): BandSum[] {
  return edges.slice(0, -1).map(() => ({ count: 0, balance: 0n }));
}

/** Adds a balance to the band that its exact share of a supply above 0 belongs to; none of these for the lowest band. */
export function addBalance(sums: readonly BandSum[], balance: bigint, edges: readonly Edge[], supply: bigint): void {
  const band = sums.find((_, i) => {
    const edge = edges[i];
    return edge !== undefined && balance * 100n * 10n ** BigInt(edge.places) >= edge.units * supply;
  });
  if (!band) return;
  band.count += 1;
  band.balance += balance;
}

/** Bands of one token out of the sums of all but the lowest, which gets what the totals leave. */
export function bandsOf(
  { totals, decimals }: TokenSnapshot,
  edges: readonly Edge[],
  sums: readonly BandSum[],
): HolderBand[] {
  const lowest = { count: totals.holderCount, balance: decodeAmount(totals.heldAmount) };
  for (const { count, balance } of sums) {
    lowest.count -= count;
    lowest.balance -= balance;
  }
  const filled = [...sums, lowest];
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
