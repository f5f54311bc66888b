import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { createMoralisSource, type MoralisSource } from '../ingest/sources/moralis/moralis-source.js';
import { createUsageStore } from '../ingest/sources/moralis/usage.js';
import { createRpcSource, type RpcSource } from '../ingest/sources/rpc/rpc-source.js';
import type { Telemetry } from '../telemetry.js';

/** The sources of a process, with all that each of them can. */
export interface OpenSources {
  readonly rpc?: RpcSource | undefined;
  readonly moralis?: MoralisSource | undefined;
}

/** Opens the sources that the configuration names; nothing is asked yet. Whoever opens them closes them. */
export function createSources({
  config,
  database,
  telemetry,
}: {
  config: Pick<Config, 'rpc' | 'moralis' | 'source' | 'chainId'>;
  database: Database;
  telemetry: Telemetry;
}): OpenSources {
  const { rpc: settings, moralis, source, chainId } = config;
  const rpc = settings.urls && createRpcSource({ urls: settings.urls, chainId, config: settings, source, telemetry });
  if (moralis.apiKey === undefined) return { rpc };
  const usage = createUsageStore({ database, limit: moralis.cuPerDay });
  const shared = { chainId, source, telemetry };
  return { rpc, moralis: createMoralisSource({ ...shared, config: moralis, usage, confirm: rpc?.balances }) };
}
