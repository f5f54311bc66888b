import { randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/database.js';
import { createGateway, type Gateway } from '../../src/gateway.js';
import type { Batch } from '../../src/ingest/batch.js';
import { createPipeline } from '../../src/ingest/pipeline.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';

/** A gateway that listens on a free port, and ways to ask it. */
export interface TestGateway {
  readonly gateway: Gateway;
  readonly url: string;
  ask(query: string, options?: AskOptions): Promise<Answer>;
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** Parts of a request that most tests leave out. */
export interface AskOptions {
  readonly variables?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

/** An HTTP answer with its GraphQL body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: ReadonlyArray<{ message: string; path?: unknown[]; extensions: Record<string, unknown> }>;
  readonly extensions: Record<string, unknown> | undefined;
}

/** Starts a gateway over a database. */
export async function startTestGateway({
  database,
  environment = {},
  logger = pino({ level: 'silent' }),
  onNews,
}: {
  database: Database | Promise<Database>;
  environment?: Record<string, string>;
  logger?: Logger;
  onNews?: () => void;
}): Promise<TestGateway> {
  const gateway = await createGateway({
    config: readConfig(environment),
    database,
    logger,
    ...(onNews ? { onNews } : {}),
  });
  const url = await gateway.app.listen({ port: 0, host: '127.0.0.1' });
  const post: TestGateway['post'] = async (body, headers = { 'content-type': 'application/json' }) =>
    toAnswer(
      await fetch(`${url}/graphql`, { method: 'POST', headers, body: body as NonNullable<RequestInit['body']> }),
    );
  return {
    gateway,
    url,
    post,
    ask: (query, { variables = {}, headers = {} } = {}) =>
      post(JSON.stringify({ query, variables }), { 'content-type': 'application/json', ...headers }),
    close: () => gateway.close(),
  };
}

/** Reads an answer; a body that is not JSON of a GraphQL response throws. */
export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const { data, errors = [], extensions } = JSON.parse(text) as Partial<Answer>;
  return { status: response.status, headers: response.headers, text, data, errors, extensions };
}

const address = (n: number): string => `0x${n.toString(16).padStart(40, '0')}`;
const start = Date.parse('2026-01-05T00:00:00Z');
const hour = 3_600_000;

/** Adds a token with a small ledger (mints, transfers, prices over five weeks) through the code that all sources use. */
export async function addToken(gateway: Gateway, symbol: string): Promise<{ id: string; commit: CommitMore }> {
  const { database, publisher } = await gateway.backend;
  const { _id: id } = await createTokenDataService({ database, publisher }).createToken({
    name: `${symbol} token`,
    symbol,
    contractAddress: `0x${randomBytes(20).toString('hex')}`,
    decimals: 2,
  });
  const pipeline = createPipeline({ database, publisher });
  const prices = [700, 730].map((n) => ({
    timestamp: start + n * hour,
    price: `1.${n - 699}`,
    volume: '5',
    where: 'test',
  }));
  await pipeline.commit({ tokenId: id, source: 'file', transfers: ledger(0, 40), prices });
  return {
    id,
    commit: (from, count) => pipeline.commit({ tokenId: id, source: 'file', transfers: ledger(from, count) }),
  };
}

type CommitMore = (from: number, count: number) => Promise<unknown>;

/** One transfer every 20 hours; the first mints, the others go from one address to the next. */
function ledger(from: number, count: number): NonNullable<Batch['transfers']> {
  return Array.from({ length: count }, (_, i) => from + i).map((n) => ({
    blockNumber: 100 + n,
    logIndex: 0,
    timestamp: start + n * 20 * hour,
    transactionHash: `0x${n.toString(16).padStart(64, '0')}`,
    transactionIndex: 0,
    blockHash: null,
    fromAddress: address(n === 0 ? 0 : n),
    toAddress: address(n + 1),
    value: n === 0 ? 1_000_000n : BigInt(1_000_000 - n * 1_000),
    gasUsed: '21000',
    gasPrice: '7',
    isSuccess: true,
    methodId: null,
    where: `row ${n}`,
  }));
}
