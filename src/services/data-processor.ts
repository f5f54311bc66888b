import type { SyncOptions, SyncResult, TokenSync } from './sync-token.js';

/** Brings a token up to date from its source to the caches. */
export interface DataProcessor {
  /**
   * Fetches what is new, commits it (each part in one transaction), publishes the epochs, then loads again what was asked of the token
   * lately. Throws as TokenSync.sync does; that a cache cannot be warmed is no failure.
   */
  processTokenData(tokenId: string, options?: SyncOptions): Promise<ProcessedToken>;
  /** Loads again what was asked lately of a token that has changed; at most one such load per token runs at a time. */
  warm(tokenId: string): Promise<number>;
}

/** What came in, and how many values were loaded again. */
export interface ProcessedToken extends SyncResult {
  readonly warmed: number;
}

/** Makes the processor; `warm` loads values at the token's present epoch and gives how many. */
export function createDataProcessor({
  sync,
  warm: load = async () => 0,
}: {
  sync: Pick<TokenSync, 'sync'>;
  warm?: (tokenId: string) => Promise<number>;
}): DataProcessor {
  const running = new Map<string, Promise<number>>();
  const warm = (tokenId: string): Promise<number> => {
    const earlier = running.get(tokenId);
    // A change that comes while values are loaded makes them old: those who need them next load them.
    if (earlier) return earlier;
    const own = load(tokenId)
      .catch(() => 0)
      .finally(() => running.delete(tokenId));
    running.set(tokenId, own);
    return own;
  };
  return {
    warm,
    processTokenData: async (tokenId, options) => {
      const result = await sync.sync(tokenId, options);
      return { ...result, warmed: result.changed ? await warm(tokenId) : 0 };
    },
  };
}
