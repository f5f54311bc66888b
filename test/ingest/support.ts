import type { EpochPublisher } from '../../src/cache/publisher.js';
import type { Database } from '../../src/database.js';
import { auditToken } from '../../src/ingest/audit.js';
import type { TransferInput } from '../../src/ingest/batch.js';
import { dumpDatabase } from '../../src/ingest/dump.js';
import { createPipeline, type Pipeline, type PipelineDeps } from '../../src/ingest/pipeline.js';
import { zeroAddress } from '../../src/models/address.js';
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
export function createIngest(
  database: Database,
  bounds: Pick<PipelineDeps, 'mostUndoneRows' | 'mostRemembered'> = {},
): {
  pipeline: Pipeline;
  service: TokenDataService;
  published: ReturnType<typeof createRecordingPublisher>;
} {
  const published = createRecordingPublisher();
  const deps = { database, publisher: published.publisher };
  return { pipeline: createPipeline({ ...deps, ...bounds }), service: createTokenDataService(deps), published };
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

/** All lines of the canonical dump. */
export async function dumpOf(database: Database): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of dumpDatabase(database)) lines.push(line);
  return lines;
}

/** What an audit of every token finds, as readable lines. */
export async function auditAll(database: Database): Promise<string[]> {
  const found: string[] = [];
  for (const { _id } of await database.models.tokens.find({}, { _id: 1 }).lean()) {
    const audit = await auditToken(database, _id);
    if (!audit) throw new Error('The token changed during the audit.');
    for (const { collection, id, field, stored, expected } of audit.differences) {
      found.push(`${collection} ${id} ${field}: ${stored} instead of ${expected}`);
    }
  }
  return found;
}

/** Random transfers of a few wallets over some days, the same for a seed: mints, burns, failed ones, transfers to oneself, zero amounts. */
export function randomTransfers({ seed, count, days = 5 }: { seed: number; count: number; days?: number }) {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const blockNumber = 1 + Math.floor((i * days * 1440) / count);
    const party = () => (random() < 0.15 ? zeroAddress : wallet(1 + Math.floor(random() * 12)));
    return transfer({
      blockNumber,
      logIndex: i,
      transactionHash: hash(Math.floor(i / 3)),
      fromAddress: party(),
      toAddress: party(),
      value: random() < 0.1 ? 0n : BigInt(Math.floor(random() * 1e15)) ** 3n,
      isSuccess: random() > 0.1,
      methodId: random() < 0.5 ? '0xa9059cbb' : null,
      where: `random:${i + 1}`,
    });
  });
}

/** The same list in a random order. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  return list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Numbers from 0 to 1, the same for a seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
