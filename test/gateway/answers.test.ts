import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, getNamedType, isCompositeType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { addToken, startTestGateway, type TestGateway } from './test-gateway.js';

const contract = buildSchema(readFileSync(new URL('../../schema/contract.graphql', import.meta.url), 'utf8'));

describe('answers over HTTP', () => {
  let store: TestDatabase;
  let server: TestGateway;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    store = await createTestDatabase();
    server = await startTestGateway({ database: store.database });
    for (const symbol of ['BBB', 'AAA', 'abc', 'ABC']) ids.set(symbol, (await addToken(server.gateway, symbol)).id);
  });
  afterAll(async () => {
    await server.close();
    await store.close();
  });

  it('answers every field of the contract without an error', async () => {
    const { status, errors, data } = await server.ask(`{ token(symbol: "BBB") ${selectAll(contract, 'Token')} }`);
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    const token = data?.token as Record<string, unknown>;
    const empty = Object.entries(token).filter(([, value]) => Array.isArray(value) && value.length === 0);
    expect(empty).toEqual([]);
    expect(token).toMatchObject({
      totalSupply: '10000',
      holderCount: '40',
      latestPrice: { price: '1.31', marketCap: '13100', change24h: '19.0909' },
      transactionActivity: { totalCount: '40' },
      freshness: { epoch: '2', asOfBlock: '139' },
    });
  });

  it('answers every field of status and metricDefinitions', async () => {
    expect(await server.gateway.monitor.check()).toBe(true);
    const query = `{ status ${selectAll(contract, 'Status')} metricDefinitions ${selectAll(contract, 'MetricDefinition')} }`;
    const { errors, data } = await server.ask(query);
    expect(errors).toEqual([]);
    expect(data?.status).toMatchObject({
      demo: false,
      database: { healthy: true, detail: null },
      cache: { kind: 'memory' },
    });
  });

  it('finds a token by id, by symbol in any case and by address in any case', async () => {
    const id = ids.get('BBB') ?? '';
    const first = await server.ask('query($id: ID) { token(id: $id) { contractAddress } }', { variables: { id } });
    const { contractAddress = '' } = (first.data?.token ?? {}) as { contractAddress?: string };
    const { data } = await server.ask(
      'query($a: Address, $b: Address) { one: token(symbol: "bbb") { id } two: token(contractAddress: $a) { id } three: token(contractAddress: $b) { id } }',
      { variables: { a: contractAddress, b: contractAddress.toLowerCase() } },
    );
    expect(data).toEqual({ one: { id }, two: { id }, three: { id } });
  });

  it('prefers the exact symbol, and names the candidates where none is exact', async () => {
    const exact = await server.ask('{ token(symbol: "abc") { id } }');
    expect(exact.data).toEqual({ token: { id: ids.get('abc') } });
    const { status, errors } = await server.ask('{ token(symbol: "aBc") { id } }');
    expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(errors[0]?.message).toMatch(/ABC.*abc/);
  });

  it('answers null for tokens that are unknown', async () => {
    const { data, errors } = await server.ask(
      '{ a: token(id: "nobody") { id } b: token(symbol: "nobody") { id } c: token(contractAddress: "0x00000000000000000000000000000000000000ff") { id } }',
    );
    expect({ data, errors }).toEqual({ data: { a: null, b: null, c: null }, errors: [] });
  });

  it.each(['{ token { id } }', '{ token(id: "x", symbol: "y") { id } }'])(
    'refuses %s, which names not exactly one',
    async (query) => {
      const { status, errors } = await server.ask(query);
      expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    },
  );

  it('pages through the tokens in byte order of the symbols without loss or repeat', async () => {
    const symbols: string[] = [];
    let after: unknown = null;
    do {
      const { data } = await server.ask(
        'query($after: String) { tokens(first: 1, after: $after) { totalCount edges { cursor node { symbol } } pageInfo { hasNextPage hasPreviousPage endCursor } } }',
        { variables: { after } },
      );
      const page = data?.tokens as TokenPage;
      expect(page.totalCount).toBe(4);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      symbols.push(...page.edges.map(({ node }) => node.symbol));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(symbols).toEqual(['AAA', 'ABC', 'BBB', 'abc']);
  });

  it.each([
    [
      'createToken(input: { name: "n", symbol: "s", contractAddress: "0x00000000000000000000000000000000000000ff" }) { id }',
    ],
    ['updateToken(id: "1", input: { name: "n" }) { id }'],
    ['deleteToken(id: "1")'],
    ['syncToken(id: "1") { state }'],
    ['invalidateTokenCaches(id: "1")'],
    ['invalidatePattern(pattern: "*")'],
  ])('refuses %s as FORBIDDEN', async (field) => {
    const { status, errors, data } = await server.ask(`mutation { ${field} }`);
    expect({ status, code: errors[0]?.extensions.code, data }).toEqual({ status: 403, code: 'FORBIDDEN', data: null });
  });

  it('lists where each value came from only on request', async () => {
    const query =
      '{ mine: token(symbol: "AAA") { holders(limit: 3) { rank } transactionActivity(first: 1) { totalCount } } }';
    const plain = await server.ask(query);
    expect(plain.extensions).toBeUndefined();
    const { extensions } = await server.ask(query, { headers: { 'x-freshness': '1' } });
    const known = { outcome: 'hit', epoch: 2, asOfBlock: 139, asOfTime: expect.any(String), ageMs: expect.any(Number) };
    expect(extensions?.freshness).toEqual([
      { ...known, path: ['mine'] },
      { ...known, path: ['mine', 'holders'] },
      { ...known, path: ['mine', 'transactionActivity'] },
      { ...known, path: ['mine', 'transactionActivity', 'totalCount'] },
    ]);
  });

  it('lists each token of a page where it stands in the answer, and the list itself with the epoch of the catalogue', async () => {
    const { catalogueEpoch } = await store.database.models.metadata.findOne().orFail().lean();
    const query = '{ page: tokens(first: 2) { nodes { symbol } rows: edges { of: node { symbol } } } }';
    const { data, extensions } = await server.ask(query, { headers: { 'x-freshness': '1' } });
    expect(data).toEqual({
      page: {
        nodes: [{ symbol: 'AAA' }, { symbol: 'ABC' }],
        rows: [{ of: { symbol: 'AAA' } }, { of: { symbol: 'ABC' } }],
      },
    });
    const ofCatalogue = { epoch: catalogueEpoch, asOfBlock: null, asOfTime: null };
    const ofToken = { epoch: 2, asOfBlock: 139 };
    expect(extensions?.freshness).toHaveLength(5);
    expect(extensions?.freshness).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: ['page'], ...ofCatalogue }),
        ...[0, 1].flatMap((i) => [
          expect.objectContaining({ path: ['page', 'nodes', i], ...ofToken }),
          expect.objectContaining({ path: ['page', 'rows', i, 'of'], ...ofToken }),
        ]),
      ]),
    );
  });

  it('lists tokens that are not there too: that is a cached fact of the catalogue', async () => {
    const query =
      '{ a: token(symbol: "absent") { id } b: token(contractAddress: "0x00000000000000000000000000000000000000fe") { id } c: token(id: "00000000000000000000abcd") { id } }';
    const ask = async () => {
      const { extensions } = await server.ask(query, { headers: { 'x-freshness': '1' } });
      const outcomes = (extensions?.freshness ?? []) as Array<{ path: string[]; outcome: string; asOfBlock: null }>;
      return outcomes.map(({ path, outcome, asOfBlock }) => [path.join('.'), outcome, asOfBlock]).sort();
    };
    expect(await ask()).toEqual([
      ['a', 'miss', null],
      ['b', 'miss', null],
      ['c', 'miss', null],
    ]);
    await expect.poll(ask).toEqual([
      ['a', 'hit', null],
      ['b', 'hit', null],
      ['c', 'hit', null],
    ]);
  });
});

interface TokenPage {
  totalCount: number;
  edges: Array<{ cursor: string; node: { symbol: string } }>;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}

/** A selection of everything below a type, with default arguments. */
function selectAll(schema: GraphQLSchema, typeName: string): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).map(({ name, type: fieldType }) => {
    const named = getNamedType(fieldType);
    return isCompositeType(named) ? `${name} ${selectAll(schema, named.name)}` : name;
  });
  return `{ ${fields.join(' ')} }`;
}
