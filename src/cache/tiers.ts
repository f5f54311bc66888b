/** Freshness classes. A tier bounds how long an entry takes memory; the epoch alone decides whether it is right. */
export const tiers = {
  short: { ttlMs: 120_000, variable: 'TIER_SHORT_MS' },
  medium: { ttlMs: 300_000, variable: 'TIER_MEDIUM_MS' },
  long: { ttlMs: 900_000, variable: 'TIER_LONG_MS' },
  veryLong: { ttlMs: 3_600_000, variable: 'TIER_VERY_LONG_MS' },
} as const;

/** Name of a freshness class: short 2 min, medium 5 min, long 15 min, veryLong 1 h. */
export type Tier = keyof typeof tiers;

/** Time to live of each tier in milliseconds, as configured. */
export type TierTtls = Readonly<Record<Tier, number>>;

/** ±10 % around a TTL, whole milliseconds, so that entries written together do not expire together. */
export function withJitter(ttlMs: number, random: () => number = Math.random): number {
  return Math.max(1, Math.round(ttlMs * (0.9 + 0.2 * random())));
}
