import { createEpochs, type Epochs } from '../cache/epochs.js';
import type { Store } from '../cache/store.js';
import type { Config } from '../config.js';
import type { Database } from '../database.js';
import type { AnyRelation } from '../relations/relation.js';
import { createFaultLog } from './fault-log.js';
import { createFlights } from './flights.js';
import { loadEpochs } from './load-epochs.js';
import { createNegativeBudget } from './negative-budget.js';
import { createPins } from './pins.js';
import { createReader } from './reader.js';
import { createRecent } from './recent.js';
import { createSnapshotReader, type RequestReader } from './request-reader.js';
import { createRequestScope, type RequestScope } from './request-scope.js';
import { createSnapshotEpochs, type ScopeState } from './scope-state.js';
import { warmToken } from './warm.js';

/** Reads of MongoDB through the cache, for all requests of a process. */
export interface ReadThrough {
  createScope(options: ScopeOptions): RequestScope;
  /** Loads again what was asked of a token lately, for those who ask next; gives how many values. */
  warm(tokenId: string): Promise<number>;
  stats(): ReadStats;
  /** The process's view of the epochs, for other caches over the same store. */
  readonly epochs: Epochs;
}

/** What a request brings along. */
export interface ScopeOptions {
  /** Instant (ms) at which the request ends. */
  readonly deadlineAt: number;
  /** 0 at first; `lastAttempt` reads in one read-only transaction, in which nothing moves. */
  readonly attempt: number;
  /** Keep the outcome of each field. */
  readonly record: boolean;
}

/** How often values came from where. */
export interface ReadStats {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly bypasses: number;
}

/** A query is resolved at most `lastAttempt + 1` times. */
export const lastAttempt = 2;

/** Builds the read-through over a database and a store. */
export function createReadThrough({
  database,
  store,
  relations,
  config,
}: {
  database: Database;
  store: Store;
  relations: readonly AnyRelation[];
  config: Pick<Config, 'answers' | 'cache' | 'database'>;
}): ReadThrough {
  refuseDoubleNames(relations);
  const { timeoutMs, selectionMs } = config.database;
  const settings = config.answers;
  const flights = createFlights();
  // Its batches serve many requests, each of which keeps its own deadline.
  const limits = { deadlineAt: Number.POSITIVE_INFINITY, timeoutMs, selectionMs };
  const onFault = createFaultLog({ telemetry: store.telemetry });
  const epochReader = createReader({ database, settings, limits, onFault });
  const epochs = createEpochs({
    epochKeys: store.epochKeys,
    load: (subjects) => loadEpochs(epochReader, subjects),
  });
  const ttls = { ...config.cache.tierTtls, negative: config.cache.negativeTtlMs };
  const allowsNegative = createNegativeBudget({ most: config.cache.maxNegatives, windowMs: ttls.negative });
  const counts = { hit: 0, stale: 0, miss: 0, bypass: 0 };
  const recent = createRecent();

  const openScope = ({ deadlineAt, attempt, record }: ScopeOptions, isWarming = false): RequestScope => {
    const deps = { database, settings, limits: { deadlineAt, timeoutMs, selectionMs }, onFault };
    const isLast = attempt >= lastAttempt;
    const reader: RequestReader = isLast
      ? createSnapshotReader(deps)
      : { read: createReader(deps), close: async () => undefined };
    const background = new Set<Promise<unknown>>();
    let moved = false;
    const setMoved = () => {
      moved = true;
    };
    const state: ScopeState = {
      store,
      flights: isLast ? createFlights() : flights,
      epochs: isLast ? createSnapshotEpochs(reader.read) : epochs,
      read: reader.read,
      pins: createPins(),
      ttls,
      allowsNegative,
      moved: setMoved,
      count: (outcome) => {
        if (!isWarming) counts[outcome] += 1;
      },
      background: (work) => {
        // The store does not reject, but a value that is not plain JSON cannot even be written.
        const done = work.catch(() => store.telemetry.count('store.unwritable')).finally(() => background.delete(done));
        background.add(done);
      },
    };
    const close = async (): Promise<void> => {
      await reader.close();
      await Promise.all(background);
    };
    return createRequestScope({
      state,
      deadlineAt,
      record,
      close, // Within one snapshot nothing moves, so the last attempt always stands.
      isMoved: () => moved && !isLast,
      setMoved,
      onUse: isWarming ? () => undefined : recent.note,
    });
  };

  return {
    epochs,
    stats: () => ({ hits: counts.hit, stale: counts.stale, misses: counts.miss, bypasses: counts.bypass }),
    createScope: (options) => openScope(options),
    warm: (tokenId) => {
      const options = { deadlineAt: Date.now() + warmingMs, attempt: 0, record: false };
      return warmToken({ tokenId, recent, createScope: () => openScope(options, true) });
    },
  };
}

/** Longest that values are loaded before anybody asks for them. */
const warmingMs = 5_000;

/** The name is in the key: two relations of one name would answer each other's fields. */
function refuseDoubleNames(relations: readonly AnyRelation[]): void {
  const names = relations.map(({ name }) => name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined) throw new Error(`Two relations are named ${double}; each needs a name of its own.`);
}
