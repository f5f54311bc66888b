import { z } from 'zod';
import { tiers } from '../cache/tiers.js';
import { address, bands, onOff, schedule, url, urlList, whole } from './fields.js';
import { bound, optional, variable } from './variable.js';

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
  RPC_URL: optional(
    urlList,
    'JSON-RPC nodes of the chain, comma separated: the first that answers is used, the others take over and cross-check. With one, tokens are fed from the chain.',
  ),
  RPC_CHECK: variable(
    z.enum(['full', 'sampled'], 'expected full or sampled'),
    'full',
    'full reads the header of every block, so that no log can be missing; sampled reads those of blocks with logs and a sample, for long histories.',
  ),
  RPC_GAS: variable(onOff, 'off', 'on reads receipts as well, so that gasUsed and gasPrice are known.'),
  MULTICALL_ADDRESS: optional(address, 'Multicall3 of the chain, where it is not at the place known for it.'),
  MORALIS_API_KEY: optional(z.string(), 'Key of Moralis. Without RPC_URL, tokens are fed from there.'),
  MORALIS_URL: variable(url('http|https'), 'https://deep-index.moralis.io/api/v2.2', 'Where Moralis is.'),
  MORALIS_STREAM_SECRET: optional(
    z.string(),
    'Secret that Moralis Streams signs with; with it, POST /webhooks/moralis takes hints.',
  ),
  SYNC_SCHEDULE: variable(
    schedule,
    '*/30 * * * * *',
    'When tokens are synced where no node is followed (Moralis); a cron pattern in UTC, seconds first where there are 6 fields, or off.',
  ),
  AUDIT_SCHEDULE: variable(
    schedule,
    '17 * * * *',
    'When a sample of counts and balances is compared with the chain; a cron pattern, or off.',
  ),
  FOLLOW: variable(onOff, 'on', 'off leaves the feeding of tokens to another process (npm run cli -- sync).'),
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

  SOURCE_TIMEOUT_MS: bound(whole(10), '2000', 'Longest wait for one answer of a node or provider.'),
  SOURCE_BUDGET_MS: bound(
    whole(10),
    '20000',
    'Longest that one read of a node or provider may take with all its retries; what comes later is tried anew with the next sync.',
  ),
  RPC_POLL_MS: bound(whole(10), '500', 'Pause between two looks for a new block.'),
  RPC_CONCURRENCY: bound(whole(1, 64), '4', 'Ranges of blocks that are read side by side.'),
  RPC_RANGE_BLOCKS: bound(
    whole(1),
    '2000',
    'Blocks of the largest range that logs are asked for; it is halved on refusal.',
  ),
  MORALIS_PAGE_SIZE: bound(
    whole(1),
    '100',
    'Rows of a page: 100 (Free, Starter, Pro), 300 (Business), more (Enterprise).',
  ),
  MORALIS_CU_PER_DAY: bound(whole(0), '40000', 'Compute units that may be used on one UTC day.'),
  LEASE_MS: bound(
    whole(100),
    '15000',
    'Time after which a process that gives no sign of life loses a token to another one.',
  ),

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
