import { readFileSync } from 'node:fs';
import type { Config } from '../config.js';
import type { CacheStatus, DependencyStatus, IngestStatus, Status } from '../graphql/types/status.js';
import { within } from '../graphql/within.js';
import type { Row } from '../models/models.js';
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
  /** Looks every few seconds from now on, so that `status` is never much older. Never keeps the process alive. */
  watch(): void;
}

/** Without `watch` there is no timer in it: a gateway that nobody asks sends no command. */
export function createMonitor({ config, demo }: { config: Config; demo: () => boolean }): Monitor {
  const startedAt = new Date();
  let backend: Backend | undefined;
  let seen: Seen = { healthy: false, detail: 'not open yet', tokens: [] };
  let checkedAt = 0;
  let running: Promise<boolean> | undefined;

  const look = async (): Promise<boolean> => {
    if (!backend) return false;
    checkedAt = Date.now();
    try {
      seen = { healthy: true, detail: null, tokens: await within(checkedAt + checkMs, readTokens(backend)) };
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
        ingest: seen.tokens.map(ingestStatus),
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

type TokenHead = Pick<Row<'tokens'>, '_id' | 'symbol' | 'source' | 'asOfBlock' | 'asOfTime'>;

interface Seen {
  readonly healthy: boolean;
  readonly detail: string | null;
  readonly tokens: readonly TokenHead[];
}

const maxTokens = 1_000;

function readTokens({ database }: Backend): Promise<TokenHead[]> {
  return database.models.tokens
    .find({}, { symbol: 1, source: 1, asOfBlock: 1, asOfTime: 1 })
    .sort({ symbol: 1, contractAddress: 1 })
    .limit(maxTokens)
    .lean();
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

function ingestStatus({ _id, symbol, source, asOfBlock, asOfTime }: TokenHead): IngestStatus {
  const live = source !== null && source !== 'file';
  return {
    tokenId: _id,
    symbol,
    source: source ?? 'none',
    asOfBlock,
    headBlock: live ? asOfBlock : null,
    lagSeconds: live && asOfTime ? Math.max(0, (Date.now() - asOfTime.getTime()) / 1000) : null,
    state: source === null ? 'empty' : live ? 'live' : 'static',
    lastError: null,
  };
}
