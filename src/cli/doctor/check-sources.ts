import type { Config } from '../../config.js';
import { createMoralisSource } from '../../ingest/sources/moralis/moralis-source.js';
import { createRpcSource } from '../../ingest/sources/rpc/rpc-source.js';
import { createTelemetry, type Telemetry } from '../../telemetry.js';
import type { Check } from './check.js';
import { checkSource } from './check-source.js';

/** Every node and Moralis, where they are configured; and whether there is anything that feeds tokens. */
export async function checkSources(config: Pick<Config, 'rpc' | 'moralis' | 'source' | 'chainId'>): Promise<Check[]> {
  const { rpc, source, chainId, moralis } = config;
  const telemetry = createTelemetry({ log: () => undefined });
  // Each node is a source of its own here, for one that works hides one that does not.
  const nodes = (rpc.urls ?? []).map(async (url): Promise<Check> => {
    const node = createRpcSource({ urls: [url], chainId, config: rpc, source, telemetry });
    try {
      return await checkSource({
        name: `rpc ${new URL(url).host}`,
        source: node,
        remedy: `Check RPC_URL and CHAIN_ID (${chainId}), or give another node.`,
      });
    } finally {
      await node.close();
    }
  });
  const checks = await Promise.all([
    ...nodes,
    ...(moralis.apiKey === undefined ? [] : [checkMoralis(config, telemetry)]),
  ]);
  if (checks.length > 0) return checks;
  return [
    {
      name: 'source',
      state: 'ok',
      detail: 'none: data comes from imports (RPC_URL feeds tokens from a chain, MORALIS_API_KEY from Moralis)',
    },
  ];
}

async function checkMoralis(
  { moralis, source, chainId }: Pick<Config, 'moralis' | 'source' | 'chainId'>,
  telemetry: Telemetry,
): Promise<Check> {
  const limit = moralis.cuPerDay;
  // A look must work without the database that counts compute units, and uses a few of them.
  const usage = {
    charge: async () => undefined,
    budget: async () => ({ used: 0, limit, left: limit }),
    claimRound: async () => true,
  };
  const provider = createMoralisSource({ config: moralis, chainId, source, usage, telemetry });
  try {
    return await checkSource({ name: 'moralis', source: provider, remedy: 'Check MORALIS_API_KEY and its plan.' });
  } finally {
    await provider.close();
  }
}
