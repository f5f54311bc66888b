import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type Answer, addToken, startTestGateway, type TestGateway, toAnswer } from './test-gateway.js';

const json = { 'content-type': 'application/json' };
const bomb = (levels: number): string =>
  `{ ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f${levels} on Query { status { version } }`;
const nested = (levels: number): string => `${'{ ... on Query '.repeat(levels)}{ __typename }${' }'.repeat(levels)}`;
const holders = 'query($limit: Int) { token(symbol: "AAA") { holders(limit: $limit) { rank } } }';
const activity =
  'query($after: String, $first: Int) { token(symbol: "AAA") { transactionActivity(first: $first, after: $after) { nodes { id } } } }';
const byAddress = 'query($a: Address) { token(contractAddress: $a) { id } }';
const days = 'query($from: Date, $to: Date) { token(symbol: "AAA") { dailyMetrics(from: $from, to: $to) { date } } }';

const documents: Array<[what: string, query: unknown, variables: unknown, status: number, code: string]> = [
  ['a word', 'qwerty', {}, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an open brace', '{ status {', {}, 400, 'GRAPHQL_PARSE_FAILED'],
  ['a lone surrogate', '{ \ud800 }', {}, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '{ statu { version } }', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['a subscription', 'subscription { a { b } }', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown argument', '{ tokens(firs: 1) { totalCount } }', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown directive', '{ status @aa { version } }', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['a fragment of itself', '{ ...a } fragment a on Query { ...a }', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['20,000 open braces', '{a'.repeat(20_000), {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  ['a list literal of 20,000 levels', `{ tokens(first: ${'['.repeat(20_000)}`, {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  [
    '100 aliases',
    `{ ${Array.from({ length: 100 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    {},
    400,
    'QUERY_LIMIT_EXCEEDED',
  ],
  [
    'aliases in a fragment used 10 times',
    `{ ${'...f '.repeat(10)} } fragment f on Query { ${Array.from({ length: 10 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    {},
    400,
    'QUERY_LIMIT_EXCEEDED',
  ],
  ['a fragment bomb of 2^13', bomb(13), {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  ['a fragment bomb of 2^25', bomb(25), {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  ['inline fragments nested 200 times', nested(200), {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  [
    '300 wrong variable definitions',
    `query(${Array.from({ length: 300 }, (_, i) => `$v${i}: Nope`).join(' ')}) { status { version } }`,
    {},
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['5,000 unknown directives', `{ status ${'@a '.repeat(5_000)} { version } }`, {}, 400, 'QUERY_LIMIT_EXCEEDED'],
  [
    'several operations without a name',
    'query a { status { version } } query b { status { version } }',
    {},
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['a limit of a billion', holders, { limit: 1e9 }, 400, 'BAD_USER_INPUT'],
  ['a negative limit', holders, { limit: -1 }, 400, 'BAD_USER_INPUT'],
  ['a fractional limit', holders, { limit: 1.5 }, 400, 'BAD_USER_INPUT'],
  ['an object for a number', holders, { limit: { $ne: null } }, 400, 'BAD_USER_INPUT'],
  [
    'a page size of a billion',
    'query($n: Int) { tokens(first: $n) { totalCount } }',
    { n: 1e9 },
    400,
    'BAD_USER_INPUT',
  ],
  [
    'an object for a symbol',
    'query($s: String) { token(symbol: $s) { id } }',
    { s: { $ne: null } },
    400,
    'BAD_USER_INPUT',
  ],
  ['a made-up cursor of transfers', activity, { after: 'bm90aGluZw' }, 400, 'BAD_CURSOR'],
  ['a made-up cursor of tokens', '{ tokens(after: "bm90aGluZw") { totalCount } }', {}, 400, 'BAD_CURSOR'],
  ['an address of 39 digits', byAddress, { a: `0x${'1'.repeat(39)}` }, 400, 'BAD_USER_INPUT'],
  [
    'an address with a wrong checksum',
    byAddress,
    { a: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'.replace('dA6B', 'Da6B') },
    400,
    'BAD_USER_INPUT',
  ],
  ['an address of 90 kB', byAddress, { a: '1'.repeat(90_000) }, 400, 'BAD_USER_INPUT'],
  ['an address as a literal that is none', '{ token(contractAddress: "0x1") { id } }', {}, 400, 'BAD_USER_INPUT'],
  ['a window of 10,000 years', days, { from: '0001-01-01', to: '9999-12-31' }, 400, 'BAD_USER_INPUT'],
  ['a window that ends before it begins', days, { from: '2026-02-02', to: '2026-02-01' }, 400, 'BAD_USER_INPUT'],
  ['a day that is none', days, { from: '2026-02-30' }, 400, 'BAD_USER_INPUT'],
];

const bodies: Array<
  [what: string, body: string | Uint8Array, headers: Record<string, string>, status: number, code: string]
> = [
  ['cut JSON', '{"query":', json, 400, 'BAD_REQUEST'],
  ['null', 'null', json, 400, 'BAD_REQUEST'],
  ['a number', '5', json, 400, 'BAD_REQUEST'],
  ['an empty object', '{}', json, 400, 'BAD_REQUEST'],
  ['an empty list', '[]', json, 400, 'BAD_REQUEST'],
  ['a batch of two', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]', json, 400, 'BAD_REQUEST'],
  ['a query that is an object', '{"query":{"a":1}}', json, 400, 'BAD_REQUEST'],
  ['variables as a list', '{"query":"{ __typename }","variables":[]}', json, 400, 'BAD_REQUEST'],
  ['extensions as a string', '{"query":"{ __typename }","extensions":"x"}', json, 400, 'BAD_REQUEST'],
  ['an operationName that is a number', '{"query":"{ __typename }","operationName":1}', json, 400, 'BAD_REQUEST'],
  ['a poisoned key', '{"query":"{ __typename }","__proto__":{"admin":true}}', json, 400, 'BAD_REQUEST'],
  ['text/plain', '{"query":"{ __typename }"}', { 'content-type': 'text/plain' }, 400, 'BAD_REQUEST'],
  [
    'a form',
    'query={__typename}',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a body above the limit', JSON.stringify({ query: ' '.repeat(100_001) }), json, 413, 'PAYLOAD_TOO_LARGE'],
  [
    'a gzip bomb',
    gzipSync(JSON.stringify({ query: ' '.repeat(50_000_000) })),
    { ...json, 'content-encoding': 'gzip' },
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  ['corrupt gzip', new Uint8Array(100), { ...json, 'content-encoding': 'gzip' }, 400, 'BAD_REQUEST'],
  ['an encoding that is unknown', '{}', { ...json, 'content-encoding': 'snappy' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a wrong hash of a persisted query',
    '{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"ff"}}}',
    json,
    400,
    'BAD_REQUEST',
  ],
];

const gets: Array<[what: string, init: RequestInit, path: string, status: number, code: string]> = [
  ['GET without a preflight header', {}, '/graphql?query={__typename}', 400, 'BAD_REQUEST'],
  [
    'a mutation by GET',
    { headers: { 'apollo-require-preflight': '1' } },
    '/graphql?query=mutation{deleteToken(id:"1")}',
    405,
    'BAD_REQUEST',
  ],
  ['PUT', { method: 'PUT', headers: json, body: '{"query":"{ __typename }"}' }, '/graphql', 405, 'BAD_REQUEST'],
  [
    'POST that wants HTML',
    { method: 'POST', headers: { ...json, accept: 'text/html' }, body: '{"query":"{ __typename }"}' },
    '/graphql',
    406,
    'BAD_REQUEST',
  ],
  ['a path that is not there', {}, '/nothing', 404, 'NOT_FOUND'],
  ['a path that is no path', {}, '/%ff', 400, 'BAD_REQUEST'],
];

describe('hostile input', () => {
  let store: TestDatabase;
  let server: TestGateway;

  beforeAll(async () => {
    store = await createTestDatabase();
    server = await startTestGateway({ database: store.database });
    await addToken(server.gateway, 'AAA');
  });
  afterAll(async () => {
    await server.close();
    await store.close();
  });

  it.each(documents)('answers %s with its code', async (_what, query, variables, status, code) => {
    expectRefusal(await server.post(JSON.stringify({ query, variables })), status, code);
  });

  it.each(bodies)('answers a body that is %s with its code', async (_what, body, headers, status, code) => {
    expectRefusal(await server.post(body, headers), status, code);
  });

  it.each(gets)('answers %s with its code', async (_what, init, path, status, code) => {
    expectRefusal(await toAnswer(await fetch(`${server.url}${path}`, init)), status, code);
  });

  it('says which limit was met, and no name of the schema', async () => {
    const { errors } = await server.ask(`{ ${Array.from({ length: 61 }, (_, i) => `a${i}: __typename`).join(' ')} }`);
    expect(errors[0]?.extensions).toEqual({ code: 'QUERY_LIMIT_EXCEEDED', limit: 60, found: 61 });
  });

  it('suggests no names', async () => {
    const { text } = await server.ask('{ statuss { version } }');
    expect(text).not.toContain('Did you mean');
  });

  it('repeats at most 100 characters of what came', async () => {
    const { text } = await server.ask(byAddress, { variables: { a: 'x'.repeat(5_000) } });
    expect(text).not.toContain('x'.repeat(110));
  });

  it('lists fewer than 10 errors, however many there are', async () => {
    const fields = Array.from({ length: 40 }, (_, i) => `a${i}: token { id }`).join(' ');
    const { errors, extensions } = await server.ask(`{ ${fields} }`);
    expect(errors).toHaveLength(9);
    expect(extensions).toEqual({ omittedErrors: 31 });
  });

  it('refuses introspection where it is switched off, and serves no page', async () => {
    const closed = await startTestGateway({
      database: store.database,
      environment: { INTROSPECTION: 'off', LANDING: 'off' },
    });
    expectRefusal(await closed.ask('{ __schema { types { name } } }'), 400, 'GRAPHQL_VALIDATION_FAILED');
    expectRefusal(
      await toAnswer(await fetch(`${closed.url}/graphql`, { headers: { accept: 'text/html' } })),
      400,
      'BAD_REQUEST',
    );
    expectRefusal(await toAnswer(await fetch(`${closed.url}/graphql/assets/page.js`)), 404, 'NOT_FOUND');
    await closed.close();
  });

  it('leaves no trace in the prototype of objects', () => {
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('answers as before when all of this is over', async () => {
    const { status, data } = await server.ask('{ token(symbol: "AAA") { holderCount } }');
    expect({ status, data }).toEqual({ status: 200, data: { token: { holderCount: '40' } } });
  });
});

function expectRefusal({ status, errors, text, headers }: Answer, wantedStatus: number, code: string): void {
  expect({ status, code: errors[0]?.extensions.code, message: errors[0]?.message }).toEqual({
    status: wantedStatus,
    code,
    message: expect.any(String),
  });
  expect(headers.get('content-type')).toMatch(/json/);
  expect(errors.length).toBeLessThan(10);
  expect(text.length).toBeLessThan(64_000);
  expect(text).not.toMatch(/stacktrace|node_modules|Did you mean|\.js:\d/);
}
