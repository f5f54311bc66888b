import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GatewayStatusDocument,
  HoldersDocument,
  TokenDashboardDocument,
  TokensDocument,
  TransfersDocument,
  type TypedDocumentString,
} from '../../schema/generated/graphql.js';
import { addToken, startTestGateway, type TestGateway } from '../gateway/test-gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the generated documents against a running gateway', () => {
  let store: TestDatabase;
  let server: TestGateway;

  beforeAll(async () => {
    store = await createTestDatabase();
    server = await startTestGateway({ database: store.database });
    await addToken(server.gateway, 'LZAR');
  });
  afterAll(async () => {
    await server.close();
    await store.close();
  });

  /** All that a client needs: the types of variables and result come with the document. */
  const request = async <Result, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> => {
    const { data, errors } = await server.ask(document.toString(), { variables });
    expect(errors).toEqual([]);
    return data as Result;
  };

  it('lists tokens with typed amounts', async () => {
    const { tokens } = await request(TokensDocument, { first: 5 });
    const [token] = tokens.nodes;
    const supply: string | undefined = token?.totalSupply;
    expect({ supply, price: token?.latestPrice?.price, count: tokens.totalCount }).toEqual({
      supply: '10000',
      price: '1.31',
      count: 1,
    });
  });

  it('fills a dashboard with the default symbol', async () => {
    const { token } = await request(TokenDashboardDocument, { period: 'LAST_7_DAYS' });
    expect(token?.dailyMetrics).toHaveLength(7);
    expect(token?.weeklyPayments.at(-1)?.paymentCount).toMatch(/^\d+$/);
    expect(token?.metrics.growth?.cumulativeWallets).toBe('40');
  });

  it('ranks holders and pages through transfers', async () => {
    const { token } = await request(HoldersDocument, { limit: 2 });
    expect(token?.holders.map(({ rank, balance }) => [rank, balance])).toEqual([
      [1, '9610'],
      [2, '10'],
    ]);
    const first = await request(TransfersDocument, { first: 30 });
    const after = first.token?.transactionActivity.pageInfo.endCursor;
    const rest = await request(TransfersDocument, { first: 30, after });
    const ids = [first, rest].flatMap((page) => page.token?.transactionActivity.nodes.map(({ id }) => id) ?? []);
    expect(new Set(ids).size).toBe(40);
  });

  it('reads the state of the gateway and the meaning of its numbers', async () => {
    const { status, metricDefinitions } = await request(GatewayStatusDocument, {});
    expect(status.cache.kind).toBe('memory');
    expect(metricDefinitions.every(({ ttlSeconds }) => ttlSeconds > 0)).toBe(true);
  });
});
