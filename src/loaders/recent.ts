import { LRUCache } from 'lru-cache';
import type { AnyRelation } from '../relations/relation.js';

/** What was asked of a token. */
export interface Use {
  readonly relation: AnyRelation;
  readonly args: object;
}

/** Remembers what was asked lately, within bounds: the uses of the tokens asked last, and of each the last ones. */
export interface Recent {
  /** `key` tells uses of a token apart. */
  note(tokenId: string, key: string, use: Use): void;
  /** Newest first; empty for a token that nobody asked for. */
  of(tokenId: string): readonly Use[];
}

/** Makes an empty memory. */
export function createRecent({
  maxTokens = 500,
  maxUses = 16,
  lifeMs = 300_000,
  now = Date.now,
}: {
  maxTokens?: number;
  maxUses?: number;
  lifeMs?: number;
  now?: () => number;
} = {}): Recent {
  const tokens = new LRUCache<string, LRUCache<string, Use & { readonly at: number }>>({ max: maxTokens });
  return {
    note: (tokenId, key, { relation, args }) => {
      let uses = tokens.get(tokenId);
      if (!uses) {
        uses = new LRUCache({ max: maxUses });
        tokens.set(tokenId, uses);
      }
      uses.set(key, { relation, args, at: now() });
    },
    of: (tokenId) => [...(tokens.get(tokenId)?.values() ?? [])].filter(({ at }) => now() - at <= lifeMs),
  };
}
