import { createSources, type OpenSources } from '../services/create-sources.js';
import { createTokenSync, type TokenSync } from '../services/sync-token.js';
import { createTelemetry } from '../telemetry.js';
import type { Connections } from './connect.js';
import type { Output } from './output.js';

/** The sources of the environment and the engine that feeds tokens from them. */
export interface Feeding {
  readonly sources: OpenSources;
  readonly sync: TokenSync;
}

/** Runs work with open sources, and closes them. */
export async function withSources<T>(
  connections: Connections,
  output: Output,
  work: (feeding: Feeding) => Promise<T>,
): Promise<T> {
  const { config, database, pipeline, publisher } = connections;
  const sources = createSources({ config, database, telemetry: createTelemetry({ log: output.note }) });
  const { chainId, jobs } = config;
  const sync = createTokenSync({
    ...{ database, pipeline, publisher, sources, chainId, leaseMs: jobs.leaseMs },
    warn: output.note,
  });
  try {
    return await work({ sources, sync });
  } finally {
    await Promise.all([sources.rpc?.close(), sources.moralis?.close()]);
  }
}
