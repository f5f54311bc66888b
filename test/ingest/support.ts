import type { EpochPublisher } from '../../src/cache/publisher.js';
import type { Database } from '../../src/database.js';
import type { TransferInput } from '../../src/ingest/batch.js';
import { createPipeline, type Pipeline } from '../../src/ingest/pipeline.js';
import { createTokenDataService, type TokenDataService } from '../../src/services/token-data-service.js';

/** A publisher that remembers what it was told. */
export function createRecordingPublisher() {
  const tokens: Array<{ tokenId: string; epoch: number }> = [];
  const catalogue: number[] = [];
  const refreshed: string[] = [];
  const publisher: EpochPublisher = {
    publishToken: async ({ tokenId, epoch }) => void tokens.push({ tokenId, epoch }),
    publishCatalogue: async ({ epoch }) => void catalogue.push(epoch),
    refreshToken: async (tokenId) => void refreshed.push(tokenId),
  };
  return { publisher, tokens, catalogue, refreshed };
}

/** Pipeline and token service over a database, with what they published. */
export function createIngest(database: Database): {
  pipeline: Pipeline;
  service: TokenDataService;
  published: ReturnType<typeof createRecordingPublisher>;
} {
  const published = createRecordingPublisher();
  const deps = { database, publisher: published.publisher };
  return { pipeline: createPipeline(deps), service: createTokenDataService(deps), published };
}

/** Address with a number in it. */
export function wallet(n: number): string {
  return `0x${n.toString(16).padStart(40, '0')}`;
}

/** Hash with a number in it. */
export function hash(n: number): string {
  return `0x${n.toString(16).padStart(64, '0')}`;
}

/** A transfer of which only the interesting parts are given; blocks are a minute apart from 2025-01-06 (a Monday) on. */
export function transfer(parts: Partial<TransferInput> & { blockNumber: number }): TransferInput {
  return {
    logIndex: 0,
    timestamp: Date.UTC(2025, 0, 6) + parts.blockNumber * 60_000,
    transactionHash: hash(parts.blockNumber),
    transactionIndex: 0,
    blockHash: null,
    fromAddress: wallet(1),
    toAddress: wallet(2),
    value: 1n,
    gasUsed: '0',
    gasPrice: '0',
    isSuccess: true,
    methodId: null,
    where: `test:${parts.blockNumber}`,
    ...parts,
  };
}
