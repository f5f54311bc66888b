import { z } from 'zod';
import { type TierTtls, tiers } from './cache/tiers.js';
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

const secret = new Set(['MONGODB_URI', 'REDIS_URL']);

const whole = (min: number, max = 2_147_483_647) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);
const onOff = z.enum(['on', 'off'], 'expected on or off').transform((value) => value === 'on');
const url = (protocols: string) =>
  z
    .string()
    .refine(
      (text) => new RegExp(`^(${protocols})://.+`).test(text),
      `expected a URL that starts with ${protocols.replaceAll('|', ':// or ')}://`,
    );
const bands = z
  .string()
  .regex(
    /^[a-z]\w*:\d+(\.\d+)?(,[a-z]\w*:\d+(\.\d+)?)*$/i,
    'expected name:percent pairs, such as whale:1,large:0.1,small:0',
  )
  .transform((text) =>
    text.split(',').map((part) => ({ name: part.split(':')[0] ?? '', minShare: part.split(':')[1] ?? '' })),
  )
  .refine(
    (list) =>
      list.every((band, i) => i === 0 || Number(band.minShare) < Number(list[i - 1]?.minShare)) &&
      Number(list.at(-1)?.minShare) === 0,
    'expected falling edges that end with 0',
  );

/** One environment variable: what it is parsed with, its default as text, what it means; `bound` puts it into the table of limits. */
interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  readonly default: string | undefined;
  readonly meaning: string;
  readonly bound?: true;
}

const variable = <T>(type: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  schema: type,
  default: fallback,
  meaning,
});
const bound = <T>(type: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  ...variable(type, fallback, meaning),
  bound: true,
});
const optional = <T>(type: z.ZodType<T, string>, meaning: string) => ({
  schema: type.optional(),
  default: undefined,
  meaning,
});

/** Every variable of the gateway. `.env.example` and the tables of the README are checked against it. */
export const variables = {
  PORT: variable(whole(0, 65_535), '4000', 'Port of the HTTP server; 0 takes a free one.'),
  HOST: variable(z.string(), 'localhost', 'Interface it listens on; 0.0.0.0 for all of them.'),
  MONGODB_URI: optional(
    url('mongodb|mongodb\\+srv'),
    'MongoDB replica set or sharded cluster. Without it an embedded store in DATA_DIR is used.',
  ),
  REDIS_URL: optional(url('redis|rediss'), 'Redis that several gateways share. Without it the cache is in memory.'),
  DATA_DIR: variable(z.string(), './data', 'Folder of the embedded store.'),
  EMBEDDED_PORT: optional(whole(0, 65_535), 'Opens the embedded store for mongosh and Compass on this loopback port.'),
  CHAIN_ID: variable(whole(1), '1135', 'EIP-155 id of the chain that tokens belong to when nothing else is said.'),
  DEMO: variable(onOff, 'on', 'off keeps an empty embedded store empty instead of running the demo.'),
  INTROSPECTION: variable(onOff, 'on', 'off refuses __schema and __type.'),
  LANDING: variable(onOff, 'on', 'off serves no query page.'),
  LOG_LEVEL: variable(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'warn',
    'Least level that is logged.',
  ),
  HOLDER_BANDS: variable(
    bands,
    'whale:1,large:0.1,medium:0.01,small:0',
    'Bands of holders: name and lowest share in percent, from the top.',
  ),

  MAX_FIRST: bound(whole(1), '500', 'Largest `first`.'),
  MAX_LIMIT: bound(whole(1), '1000', 'Largest `limit` of holders.'),
  MAX_WEEKS: bound(whole(1), '260', 'Largest `weeks` of weeklyPayments.'),
  MAX_PROJECTION_WEEKS: bound(whole(1), '52', 'Largest `weeks` of paymentProjections.'),
  MAX_WINDOW_DAYS: bound(whole(1), '1100', 'Days of the longest window, both ends counted.'),
  MAX_PRICES: bound(whole(1), '10000', 'Prices of one token.'),
  MAX_ROWS: bound(whole(1), '250000', 'Rows of one answer, over all its fields and tokens.'),
  MAX_QUERY_TOKENS: bound(whole(10), '2000', 'Lexical tokens of a document.'),
  MAX_QUERY_DEPTH: bound(whole(2), '12', 'Levels of fields of a document.'),
  MAX_QUERY_ALIASES: bound(whole(0), '60', 'Aliases of a document, also through fragments.'),
  MAX_QUERY_FIELDS: bound(whole(1), '1000', 'Fields of a document, fragments expanded.'),
  BODY_LIMIT_BYTES: bound(whole(1_000), '100000', 'Size of a request body.'),
  REQUEST_DEADLINE_MS: bound(whole(10), '10000', 'Time that one request may take.'),
  DRAIN_MS: bound(whole(0), '10000', 'Longest that running requests may take once the gateway is to end.'),

  MONGODB_POOL: bound(whole(1), '20', 'Connections to MongoDB.'),
  MONGODB_WAIT_QUEUE_MS: bound(whole(1), '1000', 'Longest wait for a free one.'),
  MONGODB_TIMEOUT_MS: bound(whole(1), '5000', 'Longest wait for one answer of MongoDB.'),
  MONGODB_SELECTION_MS: bound(whole(1), '1000', 'Longest wait for a reachable MongoDB server.'),

  STORE_TIMEOUT_MS: bound(whole(1), '50', 'Longest wait for the cache store before MongoDB is asked directly.'),
  BREAKER_FAILURES: bound(whole(1), '3', 'Failures in a row that open the breaker of the cache store.'),
  BREAKER_ERROR_PERCENT: bound(
    whole(1, 100),
    '50',
    'Share of failed calls that opens it, once there are BREAKER_VOLUME calls.',
  ),
  BREAKER_VOLUME: bound(whole(1), '10', 'Calls within the window before the share counts.'),
  BREAKER_RESET_MS: bound(whole(1), '1000', 'Time the breaker stays open before it lets a probe through.'),
  EPOCH_LIFE_MS: bound(whole(10), '2000', 'Life of an epoch key in Redis.'),
  EPOCH_LEASE_MS: bound(whole(10), '1000', "Life of a reader's lease on an absent epoch key."),
  TIER_SHORT_MS: bound(whole(1), String(tiers.short.ttlMs), 'Life of an entry of the tier short.'),
  TIER_MEDIUM_MS: bound(whole(1), String(tiers.medium.ttlMs), 'Life of an entry of the tier medium.'),
  TIER_LONG_MS: bound(whole(1), String(tiers.long.ttlMs), 'Life of an entry of the tier long.'),
  TIER_VERY_LONG_MS: bound(whole(1), String(tiers.veryLong.ttlMs), 'Life of an entry of the tier veryLong.'),
  NEGATIVE_TTL_MS: bound(whole(1), '30000', 'Life of an entry that says "not found".'),
  NEGATIVE_MAX: bound(whole(0), '10000', 'Entries that say "not found" and live at the same time, about, per process.'),
  CACHE_MEMORY_BYTES: bound(whole(1_000), '67108864', 'Size of the cache in memory (without Redis).'),
  CACHE_ENTRY_BYTES: bound(whole(100), '4194304', 'Largest entry that is cached.'),
} as const;

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
