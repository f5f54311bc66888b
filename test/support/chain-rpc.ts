import { readConfig } from '../../src/config.js';
import { createRpcSource, type RpcSource } from '../../src/ingest/sources/rpc/rpc-source.js';
import { createTelemetry } from '../../src/telemetry.js';

/** The source as a gateway wires it, quick to give up and quick to try again, so that faults do not cost the seconds they cost in life. */
export function openRpcSource(urls: readonly string[], environment: Readonly<Record<string, string>> = {}): RpcSource {
  const { chainId, rpc, source } = readConfig({
    RPC_URL: urls.join(','),
    CHAIN_ID: '31337',
    SOURCE_TIMEOUT_MS: '1000',
    SOURCE_BUDGET_MS: '6000',
    BREAKER_RESET_MS: '50',
    RPC_POLL_MS: '20',
    RPC_RANGE_BLOCKS: '200',
    ...environment,
  });
  return createRpcSource({ urls, chainId, config: rpc, source, telemetry: createTelemetry({ log: () => {} }) });
}
