import { Keyv } from 'keyv';
import { createTelemetry, type Telemetry } from '../telemetry.js';
import { type BreakerSettings, type BreakerState, createBreaker } from './breaker.js';
import { createEpochKeys, type EpochKeys } from './epoch-keys.js';
import { isEpochKey } from './key.js';
import { MemoryStore } from './memory-store.js';
import { scanKeys } from './scan-keys.js';

/** The shared cache: texts by key. It never rejects; an unreachable store is an outcome that callers must handle. */
export interface Store {
  readonly kind: 'memory' | 'redis';
  /** Texts in the order of the keys. Ask for a few hundred at a time. */
  read(keys: readonly string[]): Promise<StoreRead>;
  /** True once the store has confirmed; false when it did not, or when any text was too large. Entries may be made while they are taken. */
  write(entries: Iterable<StoreEntry>): Promise<boolean>;
  /** True once the store has confirmed that the keys are gone; false means unknown. */
  invalidate(keys: readonly string[]): Promise<boolean>;
  /** Removes the keys that match (`*` and `?`), by bounded scans; how many, or null when the store is unreachable. */
  invalidatePattern(pattern: string): Promise<number | null>;
  /** Epoch keys shared between processes; null when the store is this process alone. */
  readonly epochKeys: EpochKeys | null;
  readonly telemetry: Telemetry;
  health(): StoreHealth;
  close(): Promise<void>;
}

/** Outcome of a read. */
export type StoreRead =
  | { readonly reachable: true; readonly texts: ReadonlyArray<string | undefined> }
  | { readonly reachable: false };

/** One text to write. */
export interface StoreEntry {
  readonly key: string;
  readonly text: string;
  readonly ttlMs: number;
}

/** What is known of the store without asking it. */
export interface StoreHealth {
  readonly kind: 'memory' | 'redis';
  /** False while there is no connection to Redis, also when nobody has asked it yet. */
  readonly connected: boolean;
  readonly breaker: BreakerState;
  readonly counts: Readonly<Record<string, number>>;
}

/** Settings of the store, as configured. */
export interface StoreSettings {
  readonly redisUrl?: string | undefined;
  readonly timeoutMs: number;
  readonly breaker: BreakerSettings;
  readonly epochLifeMs: number;
  readonly epochLeaseMs: number;
  readonly memoryBytes: number;
  readonly entryBytes: number;
}

/** Opens the store: Redis when `redisUrl` is given (also when it does not answer yet), else memory of this process with a bound. */
export async function createStore({
  config,
  namespace,
  epochNamespace = namespace,
  telemetry = createTelemetry(),
}: {
  config: StoreSettings;
  namespace: string;
  epochNamespace?: string;
  telemetry?: Telemetry;
}): Promise<Store> {
  const full = (key: string): string => `${isEpochKey(key) ? epochNamespace : namespace}:${key}`;
  const redis = config.redisUrl === undefined ? null : await openRedis({ url: config.redisUrl, telemetry });
  const memory = new MemoryStore({ maxBytes: config.memoryBytes });
  const keyv = new Keyv<string>({
    store: redis ? redis.adapter : memory,
    useKeyPrefix: false,
    throwOnErrors: true,
    // The default envelope carries the writer's clock, by which a reader with another clock would delete everybody's entries.
    serialize: ({ value }) => String(value),
    deserialize: <Value>(text: string) => ({ value: text as Value }),
  });
  // Keys are complete already; Keyv's own default would put `keyv::` before those it writes and not before those of the scripts.
  keyv.namespace = undefined;
  keyv.on('error', () => telemetry.count('store.keyvErrors'));
  // Keyv deletes within a MULTI, which a full Redis refuses; the plain command it takes.
  const remove = async (gone: string[]): Promise<unknown> =>
    redis ? redis.client.unlink(gone) : keyv.deleteMany(gone);
  const breaker = createBreaker({ name: 'store', timeoutMs: config.timeoutMs, settings: config.breaker, telemetry });
  const store: Store = {
    kind: redis ? 'redis' : 'memory',
    telemetry,
    epochKeys: redis ? createEpochKeys({ client: redis.client, breaker, full, settings: config }) : null,
    read: async (wanted) => {
      if (wanted.length === 0) return { reachable: true, texts: [] };
      const read = await breaker.run(() => keyv.getMany<string>(wanted.map(full)));
      if (!read.reachable) return read;
      return { reachable: true, texts: read.value.map((text) => (typeof text === 'string' ? text : undefined)) };
    },
    write: async (entries) => {
      let confirmed = true;
      for (const part of partsOf(entries)) {
        const fitting = part.filter(({ text }) => Buffer.byteLength(text) <= config.entryBytes);
        if (fitting.length < part.length) {
          telemetry.count('store.oversized', part.length - fitting.length);
          confirmed = false;
        }
        if (fitting.length === 0) continue;
        const values = fitting.map(({ key, text, ttlMs }) => ({ key: full(key), value: text, ttl: wholeTtl(ttlMs) }));
        confirmed = (await breaker.run(() => keyv.setMany(values))).reachable && confirmed;
        await turn();
      }
      return confirmed;
    },
    invalidate: async (gone) => gone.length === 0 || (await breaker.run(() => remove(gone.map(full)))).reachable,
    invalidatePattern: async (pattern) => {
      let count = 0;
      for await (const found of scanKeys({ source: redis?.client ?? memory, breaker, pattern: full(pattern) })) {
        if (found === null) return null;
        if (!(await breaker.run(() => remove(found))).reachable) return null;
        count += found.length;
      }
      return count;
    },
    health: () => ({
      kind: store.kind,
      connected: redis?.client.isReady ?? true,
      breaker: breaker.state,
      counts: telemetry.counts(),
    }),
    close: async () => {
      breaker.close();
      redis?.close();
    },
  };
  return store;
}

/** The client and its adapter are loaded only where there is a Redis: without one they would cost a tenth of the start. */
async function openRedis(options: { url: string; telemetry: Telemetry }) {
  const [{ default: KeyvRedis }, { connectRedis }] = await Promise.all([
    import('@keyv/redis'),
    import('./redis-client.js'),
  ]);
  const connected = await connectRedis(options);
  return { ...connected, adapter: new KeyvRedis<string>(connected.client, { throwOnErrors: true }) };
}

/** Keyv takes 0 and NaN for "for ever", Redis refuses fractions: neither may reach them. */
function wholeTtl(ttlMs: number): number {
  return Math.max(1, Math.round(Number.isFinite(ttlMs) ? ttlMs : 1));
}

/** Parts of about a quarter of a megabyte: one large write would be late through no fault of the store. */
function* partsOf(entries: Iterable<StoreEntry>): Generator<StoreEntry[]> {
  let part: StoreEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    part.push(entry);
    size += entry.text.length;
    if (size < 250_000 && part.length < 200) continue;
    yield part;
    part = [];
    size = 0;
  }
  if (part.length > 0) yield part;
}

/** Lets what waits in the sockets be seen before the next part. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
