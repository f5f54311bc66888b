import { z } from 'zod';
import type { TierTtls } from './cache/tiers.js';
import { variables } from './config/variables.js';
import { ConfigurationError } from './errors.js';

/**
 * Reads the configuration from environment variables: the only place that does. An empty variable counts as unset.
 * Throws ConfigurationError that lists every problem at once.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.keys(variables).map((name) => [name, environment[name] || undefined]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map(({ path, message }) => {
        const name = String(path[0]);
        return `${name}: ${message}${secret.has(name) ? '' : `, got ${JSON.stringify(given[name])}`}`;
      }),
    );
  }
  return toConfig(parsed.data);
}

const secret = new Set(['MONGODB_URI', 'REDIS_URL', 'RPC_URL', 'MORALIS_API_KEY', 'MORALIS_STREAM_SECRET']);

type Parsed = { [K in keyof typeof variables]: z.output<(typeof variables)[K]['schema']> };

const schema = z.object(
  Object.fromEntries(
    Object.entries(variables).map(([name, { schema: type, default: fallback }]) => [
      name,
      fallback === undefined ? type : z.preprocess((value) => value ?? fallback, type),
    ]),
  ),
) as unknown as z.ZodType<Parsed>;

/** The configuration, grouped by who needs it. */
export type Config = ReturnType<typeof toConfig>;

function toConfig(v: Parsed) {
  const tierTtls: TierTtls = {
    short: v.TIER_SHORT_MS,
    medium: v.TIER_MEDIUM_MS,
    long: v.TIER_LONG_MS,
    veryLong: v.TIER_VERY_LONG_MS,
  };
  return {
    http: {
      port: v.PORT,
      host: v.HOST,
      bodyLimitBytes: v.BODY_LIMIT_BYTES,
      landing: v.LANDING,
      deadlineMs: v.REQUEST_DEADLINE_MS,
      drainMs: v.DRAIN_MS,
    },
    database: {
      uri: v.MONGODB_URI,
      dataDir: v.DATA_DIR,
      embeddedPort: v.EMBEDDED_PORT,
      poolSize: v.MONGODB_POOL,
      waitQueueMs: v.MONGODB_WAIT_QUEUE_MS,
      timeoutMs: v.MONGODB_TIMEOUT_MS,
      selectionMs: v.MONGODB_SELECTION_MS,
    },
    chainId: v.CHAIN_ID,
    demo: v.DEMO,
    source: {
      timeoutMs: v.SOURCE_TIMEOUT_MS,
      budgetMs: v.SOURCE_BUDGET_MS,
      breaker: {
        failures: v.BREAKER_FAILURES,
        errorPercent: v.BREAKER_ERROR_PERCENT,
        volume: v.BREAKER_VOLUME,
        resetMs: v.BREAKER_RESET_MS,
      },
    },
    rpc: {
      urls: v.RPC_URL,
      check: v.RPC_CHECK,
      gas: v.RPC_GAS,
      multicall: v.MULTICALL_ADDRESS,
      pollMs: v.RPC_POLL_MS,
      concurrency: v.RPC_CONCURRENCY,
      rangeBlocks: v.RPC_RANGE_BLOCKS,
    },
    moralis: {
      apiKey: v.MORALIS_API_KEY,
      url: v.MORALIS_URL,
      streamSecret: v.MORALIS_STREAM_SECRET,
      pageSize: v.MORALIS_PAGE_SIZE,
      cuPerDay: v.MORALIS_CU_PER_DAY,
    },
    jobs: { sync: v.SYNC_SCHEDULE, audit: v.AUDIT_SCHEDULE, follow: v.FOLLOW, leaseMs: v.LEASE_MS },
    logLevel: v.LOG_LEVEL,
    cache: {
      redisUrl: v.REDIS_URL,
      timeoutMs: v.STORE_TIMEOUT_MS,
      breaker: {
        failures: v.BREAKER_FAILURES,
        errorPercent: v.BREAKER_ERROR_PERCENT,
        volume: v.BREAKER_VOLUME,
        resetMs: v.BREAKER_RESET_MS,
      },
      epochLifeMs: v.EPOCH_LIFE_MS,
      epochLeaseMs: v.EPOCH_LEASE_MS,
      tierTtls,
      negativeTtlMs: v.NEGATIVE_TTL_MS,
      maxNegatives: v.NEGATIVE_MAX,
      memoryBytes: v.CACHE_MEMORY_BYTES,
      entryBytes: v.CACHE_ENTRY_BYTES,
    },
    query: {
      introspection: v.INTROSPECTION,
      maxTokens: v.MAX_QUERY_TOKENS,
      maxDepth: v.MAX_QUERY_DEPTH,
      maxAliases: v.MAX_QUERY_ALIASES,
      maxFields: v.MAX_QUERY_FIELDS,
    },
    answers: {
      maxFirst: v.MAX_FIRST,
      maxLimit: v.MAX_LIMIT,
      maxWeeks: v.MAX_WEEKS,
      maxProjectionWeeks: v.MAX_PROJECTION_WEEKS,
      maxWindowDays: v.MAX_WINDOW_DAYS,
      maxPrices: v.MAX_PRICES,
      maxRows: v.MAX_ROWS,
      holderBands: v.HOLDER_BANDS,
    },
  } as const;
}
