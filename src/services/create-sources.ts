import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { createMoralisSource, type MoralisSource } from '../ingest/sources/moralis/moralis-source.js';
import { createUsageStore } from '../ingest/sources/moralis/usage.js';
import { createPriceReader } from '../ingest/sources/prices/price-setting.js';
import { createRpcSource, type RpcSource } from '../ingest/sources/rpc/rpc-source.js';
import type { Telemetry } from '../telemetry.js';
import { createFindOpenings, type FindOpenings } from './feeding/find-openings.js';
import type { OpenPrices } from './feeding/part-prices.js';

/** The sources of a process, with all that each of them can. */
export interface OpenSources {
  readonly rpc?: RpcSource | undefined;
  readonly moralis?: MoralisSource | undefined;
  /** Reads prices of tokens: of feeds and pools from the node, of candles from Moralis. */
  readonly openPrices: OpenPrices;
  /** Balances before the first block of a token that the node feeds: Moralis knows the owners, the node confirms what they had. */
  readonly findOpenings?: FindOpenings | undefined;
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
  const market =
    moralis.apiKey === undefined
      ? undefined
      : createMoralisSource({
          ...{ chainId, source, telemetry, config: moralis, confirm: rpc?.balances },
          usage: createUsageStore({ database, limit: moralis.cuPerDay }),
        });
  const openPrices: OpenPrices = ({ setting, address }) =>
    createPriceReader({
      ...{ setting, address, chain: rpc, market },
      onNone: (reason) => telemetry.warn(`Prices by ${setting}: ${reason}`),
    });
  const findOpenings = rpc && createFindOpenings({ node: rpc, owners: market });
  return { rpc, moralis: market, openPrices, findOpenings };
}
