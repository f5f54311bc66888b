import { randomInt } from 'node:crypto';
import type { Database } from '../../../src/database.js';
import type { Position } from '../../../src/ingest/batch.js';
import { createMoralisSource, type MoralisDeps } from '../../../src/ingest/sources/moralis/moralis-source.js';
import { createUsageStore } from '../../../src/ingest/sources/moralis/usage.js';
import type { Part, ReadRequest, StoredTransfer } from '../../../src/ingest/sources/source.js';
import { decodeAmount } from '../../../src/models/amount.js';
import { createTelemetry } from '../../../src/telemetry.js';
import { type MoralisStub, stubKey } from '../../support/moralis-stub.js';
import { createIngest } from '../support.js';

/** A seed that is printed, or the one of MORALIS_SEED. */
export function chooseSeed(): number {
  const seed = Number(process.env.MORALIS_SEED ?? randomInt(2 ** 31));
  console.info(`MORALIS_SEED=${seed}`);
  return seed;
}

/** A source that reads from the stub, with short waits. */
export function openSource(
  stub: MoralisStub,
  database: Database,
  { cuPerDay = 1_000_000, pageSize = 20, chainId = 1135, apiKey = stubKey, ...deps }: SourceOptions = {},
) {
  const telemetry = createTelemetry();
  const source = createMoralisSource({
    config: { apiKey, url: stub.url, streamSecret: undefined, pageSize, cuPerDay },
    chainId,
    source: {
      timeoutMs: 2000,
      budgetMs: 10_000,
      breaker: { failures: 50, errorPercent: 100, volume: 1000, resetMs: 500 },
    },
    usage: createUsageStore({ database, limit: cuPerDay, ...(deps.now ? { now: deps.now } : {}) }),
    telemetry,
    ...deps,
  });
  return { source, telemetry };
}

interface SourceOptions extends Partial<Pick<MoralisDeps, 'confirm' | 'now' | 'chainId'>> {
  readonly cuPerDay?: number;
  readonly pageSize?: number;
  readonly apiKey?: string;
}

/** Reads and commits as a live source is fed, without what that needs besides; gives the parts. */
export async function feed(options: FeedOptions): Promise<Part[]> {
  const { database, source, address, tokenId, most = Number.POSITIVE_INFINITY, fromBlock, isOpened, signal } = options;
  const { pipeline } = createIngest(database);
  const { checkpoints } = database.models;
  const stored = await checkpoints.findOne({ _id: `${tokenId}:moralis` }).lean();
  const block = stored?.blockNumber ?? null;
  const request: ReadRequest = {
    address,
    after: block === null ? null : { blockNumber: block, blockHash: stored?.blockHash ?? null },
    fromBlock,
    isOpened,
    finalized: (stored?.finalized as Position | null | undefined) ?? null,
    trail: async function* () {},
    stored: (from) => storedRows(database, tokenId, from),
    signal: signal ?? new AbortController().signal,
  };
  const parts: Part[] = [];
  for await (const part of source.read(request)) {
    const { headBlock: _, ...batch } = part;
    await pipeline.commit({ ...batch, tokenId, source: 'moralis' });
    parts.push(part);
    if (parts.length >= most) break;
  }
  return parts;
}

interface FeedOptions {
  readonly database: Database;
  readonly source: ReturnType<typeof openSource>['source'];
  readonly address: string;
  readonly tokenId: string;
  readonly most?: number;
  readonly fromBlock?: number;
  readonly isOpened?: boolean;
  readonly signal?: AbortSignal;
}

async function* storedRows(database: Database, tokenId: string, from: number): AsyncGenerator<StoredTransfer> {
  const rows = database.models.transactionActivity
    .find({ tokenId, blockNumber: { $gte: from } })
    .lean()
    .cursor();
  for await (const { amount, ...row } of rows) yield { ...row, value: decodeAmount(amount) };
}

/** The store in the words of the stub's truth. */
export async function storeOf(database: Database, tokenId: string) {
  const transfers = [];
  for await (const row of storedRows(database, tokenId, 0)) {
    const { blockNumber, blockHash, logIndex, transactionHash, fromAddress, toAddress, value } = row;
    transfers.push([blockNumber, logIndex, blockHash, transactionHash, fromAddress, toAddress, value].join(' '));
  }
  const holders = await database.models.holders.find({ tokenId }).lean();
  const balances = holders.map(({ address, balance }) => `${address} ${decodeAmount(balance)}`);
  return { transfers: transfers.sort(), balances: balances.filter((line) => !line.endsWith(' 0')).sort() };
}

/** What the store must be. */
export function truthOf({ truth }: MoralisStub, { fromBlock = 0 } = {}) {
  const transfers = truth.transfers
    .filter(({ block }) => block >= fromBlock)
    .map(({ block, logIndex, transactionHash, from, to, value }) =>
      [block, logIndex, truth.hashOf(block), transactionHash, from, to, value].join(' '),
    );
  const balances = [...truth.balances()].map(([address, balance]) => `${address} ${balance}`);
  return { transfers: transfers.sort(), balances: balances.sort() };
}
