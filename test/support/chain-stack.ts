import { GatewayError } from '../../src/errors.js';
import { createPipeline, type Pipeline } from '../../src/ingest/pipeline.js';
import type { Source } from '../../src/ingest/sources/source.js';
import { type FeedResult, openTokenFeed, type TokenFeed } from '../../src/services/feeding/token-feed.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { startTestGateway, type TestGateway } from '../gateway/test-gateway.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import type { ChainToken } from './rpc-double-chain.js';

/** Database and gateway that tokens of synthetic chains are fed into, as in production but for the schedule. */
export interface ChainStack {
  readonly test: TestDatabase;
  readonly gateway: TestGateway;
  readonly pipeline: Pipeline;
  addToken(token: Pick<ChainToken, 'address' | 'decimals'>): Promise<string>;
  openFeed(tokenId: string, source: Source, options?: { leaseMs?: number }): TokenFeed;
  close(): Promise<void>;
}

/** Opens a stack on a database of its own. */
export async function createChainStack(): Promise<ChainStack> {
  const test = await createTestDatabase();
  const gateway = await startTestGateway({ database: test.database, environment: { MAX_ROWS: '1000000' } });
  const { publisher } = await gateway.gateway.backend;
  const { database } = test;
  const pipeline = createPipeline({ database, publisher });
  const tokens = createTokenDataService({ database, publisher });
  return {
    test,
    gateway,
    pipeline,
    addToken: async ({ address, decimals }) => {
      const label = address.slice(-20);
      const given = { name: label, symbol: label, contractAddress: address, decimals: decimals ?? 18 };
      return (await tokens.createToken(given))._id;
    },
    openFeed: (tokenId, source, { leaseMs = 15_000 } = {}) =>
      openTokenFeed({ database, pipeline, source, leaseMs }, tokenId),
    close: async () => {
      await gateway.close();
      await test.close();
    },
  };
}

/** What it took to take a token to the newest block. */
export interface Settled {
  readonly result: FeedResult;
  /** Codes of the errors on the way, and how often each came. */
  readonly errors: Readonly<Record<string, number>>;
}

/**
 * Advances a feed until it says that it is current, as the schedule does: after an error that trying again can help it tries again. Any
 * other error, and a defect above all, is thrown.
 */
export async function settle(
  feed: TokenFeed,
  { tries = 12, until = () => true }: SettleOptions = {},
): Promise<Settled> {
  const errors: Record<string, number> = {};
  const { signal } = new AbortController();
  for (let i = 0; i < tries; i += 1) {
    try {
      const result = await feed.advance({ signal });
      if (result.outcome === 'halted' || (result.outcome === 'current' && until(result))) return { result, errors };
      errors[result.outcome] = (errors[result.outcome] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof GatewayError) || !helps.has(error.code)) throw error;
      errors[error.code] = (errors[error.code] ?? 0) + 1;
      // A breaker that opened has to be waited for.
      if (error.code === 'UPSTREAM_UNAVAILABLE') await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }
  throw new Error(`The feed is not current after ${tries} tries: ${JSON.stringify(errors)}`);
}

const helps: ReadonlySet<string> = new Set(['UPSTREAM_UNAVAILABLE', 'SOURCE_CONTRADICTS', 'LEASE_LOST', 'SOURCE_BUSY']);

interface SettleOptions {
  readonly tries?: number;
  readonly until?: (result: FeedResult) => boolean;
}
