import { readFileSync } from 'node:fs';
import type { Config } from '../config.js';
import type { CacheStatus, DependencyStatus, NodeStatus, Status } from '../graphql/types/status.js';
import { within } from '../graphql/within.js';
import { type IngestState, readIngestStates } from '../services/ingest-states.js';
import type { Backend } from './backend.js';

/** Knows how the process and its stores are, as of the last look; a look is taken when somebody asks and the last one is old. */
export interface Monitor {
  /** At once, without waiting for anything. */
  status(): Status;
  /** Looks now, for at most a second; true when the database answered. */
  check(): Promise<boolean>;
  /** The database is open: the first look is taken now. Before, `reason` says why there is none. */
  attach(backend: Backend): void;
  explain(reason: string): void;
  /** Nodes are asked by others; what they say of them is shown. */
  showNodes(nodes: () => readonly NodeStatus[]): void;
  /** Looks every few seconds from now on, so that `status` is never much older. Never keeps the process alive. */
  watch(): void;
}

/** Without `watch` there is no timer in it: a gateway that nobody asks sends no command. */
export function createMonitor({ config, demo }: { config: Config; demo: () => boolean }): Monitor {
  const startedAt = new Date();
  let backend: Backend | undefined;
  let seen: Seen = { healthy: false, detail: 'not open yet', tokens: [] };
  let nodes: () => readonly NodeStatus[] = () => [];
  let checkedAt = 0;
  let running: Promise<boolean> | undefined;

  const look = async (): Promise<boolean> => {
    if (!backend) return false;
    checkedAt = Date.now();
    try {
      seen = {
        healthy: true,
        detail: null,
        tokens: await within(checkedAt + checkMs, readIngestStates(backend.database)),
      };
    } catch {
      seen = { ...seen, healthy: false, detail: 'it does not answer; what follows is the last known state' };
    }
    return seen.healthy;
  };
  const check = (): Promise<boolean> => {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    check,
    attach: (opened) => {
      backend = opened;
      void check();
    },
    explain: (reason) => {
      seen = { ...seen, healthy: false, detail: reason };
    },
    showNodes: (given) => {
      nodes = given;
    },
    watch: () => {
      setInterval(check, watchMs).unref();
    },
    status: () => {
      if (Date.now() - checkedAt > refreshMs) void check();
      return {
        version,
        demo: demo(),
        startedAt,
        database: databaseStatus(config, seen),
        cache: cacheStatus(config, backend),
        nodes: [...nodes()],
        ingest: seen.tokens.map((token) => aged(token, Date.now() - checkedAt)),
      };
    },
  };
}

const checkMs = 1_000;
const refreshMs = 1_000;
const watchMs = 5_000;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

interface Seen {
  readonly healthy: boolean;
  readonly detail: string | null;
  readonly tokens: readonly IngestState[];
}

/** What was read a while ago lags by that while more. */
function aged(token: IngestState, ageMs: number): IngestState {
  return token.lagSeconds === null ? token : { ...token, lagSeconds: token.lagSeconds + Math.max(0, ageMs) / 1000 };
}

function databaseStatus({ database }: Config, { healthy, detail }: Seen): DependencyStatus {
  return { kind: database.uri === undefined ? 'embedded' : 'mongodb', healthy, detail };
}

function cacheStatus({ cache }: Config, backend: Backend | undefined): CacheStatus {
  const health = backend?.store.health();
  const { hits, stale, misses, bypasses } = backend?.readThrough.stats() ?? {
    hits: 0,
    stale: 0,
    misses: 0,
    bypasses: 0,
  };
  const reads = hits + stale + misses + bypasses;
  return {
    kind: cache.redisUrl === undefined ? 'memory' : 'redis',
    healthy: health?.connected === true && health.breaker === 'closed',
    breaker: health?.breaker ?? 'closed',
    hits,
    stale,
    misses,
    bypasses,
    hitRate: reads === 0 ? null : hits / reads,
  };
}
