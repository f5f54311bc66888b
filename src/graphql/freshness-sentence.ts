import type { Tier, TierTtls } from '../cache/tiers.js';

/** What the description of a field says about its freshness. */
export function freshnessSentence(tier: Tier, ttls: TierTtls): string {
  return `Freshness: tier ${tier}, cached for ${ttls[tier] / 1000} s at most, and only while the token's epoch stands.`;
}
