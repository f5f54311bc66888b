import { encodeEntry, parseEntry } from '../cache/entry.js';
import type { Epochs } from '../cache/epochs.js';
import { catalogue, type KeyArguments, keys } from '../cache/key.js';
import type { Store } from '../cache/store.js';
import { type Tier, type TierTtls, withJitter } from '../cache/tiers.js';

/**
 * The cache for code outside the loaders, over the same store and under the same epochs: what a token's commit outdates is never given
 * out again. Values are plain JSON; an unreachable store is a miss.
 */
export interface CacheService {
  /** Undefined: not there, or of an older epoch. `null` is a value. */
  getTokenData<T>(of: TokenData): Promise<T | null | undefined>;
  /** `epoch` is the one that stood before and after the value was made. False: not kept. */
  setTokenData(of: TokenData & { epoch: number; value: unknown; tier: Tier }): Promise<boolean>;
  getTokenBySymbol<T>(symbol: string): Promise<T | null | undefined>;
  /** `epoch` is the catalogue's. */
  setTokenBySymbol(of: { symbol: string; epoch: number; value: unknown }): Promise<boolean>;
  /** Removes matching keys (`*`, `?`), such as `token:{ID}*`; how many, or null when the store is unreachable. */
  invalidatePattern(pattern: string): Promise<number | null>;
  /**
   * The cached value of the key, else what `load` gives, kept under the epoch of the token whose `token:{ID}` the key begins with. Any
   * other key belongs to the catalogue: what happens within tokens shows there when the tier's time is over.
   */
  withCacheFallback<T>(key: string, load: () => Promise<T>, tier: Tier): Promise<T>;
}

/** A named value of a token. */
export interface TokenData {
  readonly tokenId: string;
  readonly name: string;
  readonly args?: KeyArguments;
}

/** Builds the service; `epochs` are those of the read-through. */
export function createCacheService({
  store,
  epochs,
  tierTtls,
}: {
  store: Store;
  epochs: Epochs;
  tierTtls: TierTtls;
}): CacheService {
  const read = async (key: string, subject: string): Promise<{ value?: unknown; epoch: number | undefined }> => {
    const found = await store.read([key, ...(store.epochKeys ? [keys.epoch(subject)] : [])]);
    const epoch = await currentEpoch(subject, found.reachable ? found.texts[1] : undefined, found.reachable);
    const text = found.reachable ? found.texts[0] : undefined;
    const entry = text === undefined ? undefined : parseEntry(text);
    return entry && entry.epoch === epoch ? { value: entry.value, epoch } : { epoch };
  };
  /** Undefined when the subject is not there or MongoDB does not answer: nothing is cached then. */
  const currentEpoch = async (subject: string, text: string | undefined, reachable: boolean) => {
    const value = reachable
      ? (await epochs.resolve(new Map([[subject, text]]))).get(subject)
      : (await epochs.confirm([subject]).catch(() => undefined))?.get(subject);
    return value instanceof Error ? undefined : value?.epoch;
  };
  const write = (key: string, epoch: number, value: unknown, tier: Tier): Promise<boolean> =>
    store.write([{ key, text: encodeEntry({ epoch, madeAt: Date.now(), value }), ttlMs: withJitter(tierTtls[tier]) }]);

  return {
    getTokenData: async <T>(of: TokenData) => (await read(dataKey(of), of.tokenId)).value as T | null | undefined,
    setTokenData: (of) => write(dataKey(of), of.epoch, of.value, of.tier),
    getTokenBySymbol: async <T>(symbol: string) =>
      (await read(symbolKey(symbol), catalogue)).value as T | null | undefined,
    setTokenBySymbol: ({ symbol, epoch, value }) => write(symbolKey(symbol), epoch, value, 'medium'),
    invalidatePattern: async (pattern) => {
      const counts = [await store.invalidatePattern(pattern), await store.invalidatePattern(`${pattern}${mark}`)];
      return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count));
    },
    withCacheFallback: async <T>(name: string, load: () => Promise<T>, tier: Tier): Promise<T> => {
      const key = `${name}${mark}`;
      const subject = subjectOf(name);
      const before = await read(key, subject);
      if (before.value !== undefined) return before.value as T;
      const value = await load();
      const after = (await epochs.confirm([subject]).catch(() => undefined))?.get(subject)?.epoch;
      // A commit while the value was made leaves open which side of it the value belongs to.
      if (before.epoch !== undefined && before.epoch === after) await write(key, before.epoch, value, tier);
      return value;
    },
  };
}

/** Puts keys beside those of the loaders, whose values have shapes of their own. */
const mark = ':data';

function dataKey({ tokenId, name, args = {} }: TokenData): string {
  return `${keys.relation(tokenId, name, args)}${mark}`;
}

function symbolKey(symbol: string): string {
  return `${keys.symbol(symbol.toLowerCase())}${mark}`;
}

function subjectOf(key: string): string {
  return /^token:\{([0-9a-f]{24})\}/.exec(key)?.[1] ?? catalogue;
}
