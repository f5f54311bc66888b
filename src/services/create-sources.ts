import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { createMoralisSource } from '../ingest/sources/moralis/moralis-source.js';
import { createUsageStore } from '../ingest/sources/moralis/usage.js';
import type { Telemetry } from '../telemetry.js';
import type { Sources } from './sync-token.js';

/** Opens the sources that the configuration names; nothing is asked yet. Whoever opens them closes them. */
export function createSources({
  config,
  database,
  telemetry,
}: {
  config: Pick<Config, 'rpc' | 'moralis' | 'source' | 'chainId'>;
  database: Database;
  telemetry: Telemetry;
}): Sources {
  const { moralis, source, chainId } = config;
  const usage = createUsageStore({ database, limit: moralis.cuPerDay });
  return {
    ...(moralis.apiKey === undefined
      ? {}
      : { moralis: createMoralisSource({ config: moralis, chainId, source, usage, telemetry }) }),
  };
}
