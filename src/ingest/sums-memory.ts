import { LRUCache } from 'lru-cache';
import type { TokenSums } from './token-sums.js';

/** The sums of tokens between their batches. */
export interface SumsMemory {
  /** Hands the sums over; they are forgotten until they are given back. */
  take(tokenId: string): TokenSums | undefined;
  keep(tokenId: string, sums: TokenSums): void;
}

/**
 * Remembers sums up to a number of names, the latest used first: hundreds of quiet tokens, or a few busy ones. No token counts for more
 * than half, so that the busiest one is remembered too, and not alone.
 */
export function createSumsMemory(mostNames: number = mostRemembered): SumsMemory {
  const mostOfOne = Math.max(1, Math.floor(mostNames / 2));
  const remembered = new LRUCache<string, TokenSums>({
    maxSize: mostNames,
    sizeCalculation: ({ size }) => Math.min(size + namesOfEmpty, mostOfOne),
  });
  return {
    take: (tokenId) => {
      const sums = remembered.get(tokenId);
      remembered.delete(tokenId);
      return sums;
    },
    keep: (tokenId, sums) => void remembered.set(tokenId, sums),
  };
}

/** A name takes about 150 bytes with what is counted for it. */
const mostRemembered = 1_500_000;

/** What a token without a row takes, as names. */
const namesOfEmpty = 50;
