import type { Config } from '../config.js';
import { hasSource } from './has-source.js';

/** What the process says at start: a line per dependency (what is used, what it means, which variable changes it), then the URLs. */
export function buildBanner({ config, data, version, url }: BannerFacts): string {
  return `${[
    `Token analytics gateway ${version}`,
    ...lines([
      ['data', describeData(config, data)],
      ...describeSources(config),
      ['database', describeDatabase(config, data)],
      ['cache', describeCache(config)],
    ]),
    '',
    `  GraphQL and query page   ${url}/graphql`,
    `  Liveness and readiness   ${url}/health  ${url}/ready`,
  ].join('\n')}\n`;
}

/** What the banner is made from. */
export interface BannerFacts {
  readonly config: Config;
  /** What was opened, or undefined while the database does not answer. */
  readonly data: { readonly demo: boolean; readonly folder: string | undefined } | undefined;
  readonly version: string;
  readonly url: string;
}

function describeData(config: Config, data: BannerFacts['data']): string {
  if (!data) return 'none yet: the database does not answer, it is tried again every second.';
  if (hasSource(config)) {
    return config.jobs.follow
      ? 'from the chain. Add tokens with npm run cli -- seed-tokens, also while this runs.'
      : 'what another process takes in (FOLLOW=off), such as npm run cli -- sync.';
  }
  return data.demo
    ? 'demo: made-up tokens with a new block every 2 s. Import your own (npm run cli -- import) and restart, or set DEMO=off.'
    : 'what was imported. Add more with npm run cli -- import, also while this runs.';
}

/** Hosts alone: what stands behind them in an URL may be a key. */
function describeSources({ chainId, rpc, moralis }: Config): Array<readonly [string, string]> {
  const hosts = rpc.urls?.map((url) => new URL(url).host) ?? [];
  return [
    ...(hosts.length > 0
      ? [['chain', `${chainId} (CHAIN_ID), read from ${hosts.join(', ')} (RPC_URL).`] as const]
      : []),
    ...(moralis.apiKey === undefined
      ? []
      : [
          [
            'Moralis',
            `${hosts.length > 0 ? 'not for transfers, which the node gives' : `chain ${chainId}`}; ${moralis.cuPerDay} compute units a day (MORALIS_CU_PER_DAY).`,
          ] as const,
        ]),
  ];
}

function describeDatabase({ database }: Config, data: BannerFacts['data']): string {
  if (database.uri !== undefined) return 'MongoDB (MONGODB_URI). Without it an embedded store in DATA_DIR is used.';
  return `embedded store in ${data?.folder ?? database.dataDir} (DATA_DIR). MONGODB_URI takes a MongoDB replica set instead.`;
}

function describeCache({ cache }: Config): string {
  return cache.redisUrl === undefined
    ? `memory of this process, ${Math.round(cache.memoryBytes / 1_048_576)} MB (CACHE_MEMORY_BYTES). REDIS_URL shares it between gateways.`
    : 'Redis (REDIS_URL). While it is away every answer comes from the database, and is the same.';
}

function lines(entries: ReadonlyArray<readonly [name: string, text: string]>): string[] {
  return entries.map(([name, text]) => `  ${name.padEnd(9)} ${text}`);
}
