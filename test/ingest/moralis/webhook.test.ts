import Fastify, { type FastifyInstance } from 'fastify';
import { keccak256, stringToBytes } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStreamVerifier } from '../../../src/ingest/sources/moralis/stream-signature.js';
import { addJsonErrors } from '../../../src/rest/json-errors.js';
import { addWebhookRoutes, type StreamHint } from '../../../src/rest/webhooks.js';
import { hash, wallet } from '../support.js';

const secret = 'the secret of the stream';
let app: FastifyInstance;
let hints: StreamHint[];
let isDown: boolean;

beforeEach(async () => {
  app = Fastify();
  addJsonErrors(app);
  hints = [];
  isDown = false;
  const onHint = async (hint: StreamHint) => {
    if (isDown) throw new Error('no database');
    hints.push(hint);
  };
  await addWebhookRoutes(app, { verify: createStreamVerifier(secret), onHint });
  app.post('/other', async ({ body }) => body);
});
afterEach(() => app.close());

const signatureOf = (text: string): string => keccak256(stringToBytes(text + secret));
const post = (text: string, headers: Record<string, string> = { 'x-signature': signatureOf(text) }) =>
  app.inject({
    method: 'POST',
    url: '/webhooks/moralis',
    headers: { 'content-type': 'application/json', ...headers },
    payload: text,
  });

const delivery = (confirmed: boolean) =>
  // Written with a space that a parser would lose: the signature is that of the raw body.
  `${JSON.stringify({
    confirmed,
    chainId: '0x46f',
    retries: 0,
    block: { number: '1234', hash: hash(1), timestamp: '1736121600' },
    logs: [{ address: wallet(0xaa), logIndex: '3' }],
    txs: [],
    erc20Transfers: [
      { contract: wallet(0xbb).toUpperCase().replace('0X', '0x'), value: '5', valueWithDecimals: '5e-18' },
    ],
  })} `;

describe('POST /webhooks/moralis', () => {
  it('takes a signed delivery for a hint at its contracts, confirmed or not, in any order and as often as it comes', async () => {
    for (const confirmed of [true, false, false, true]) expect((await post(delivery(confirmed))).statusCode).toBe(200);
    const hint = { addresses: [wallet(0xbb), wallet(0xaa)], blockNumber: 1234 };
    expect(hints).toEqual([true, false, false, true].map((confirmed) => ({ ...hint, confirmed })));
  });

  it('refuses what is not signed, or signed for another body or secret, without reading it', async () => {
    const text = delivery(true);
    const signatures = [undefined, '', 'x', signatureOf(`${text} `), keccak256(stringToBytes(`${text}other`))];
    for (const signature of signatures) {
      const answer = await post(text, signature === undefined ? {} : { 'x-signature': signature });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect((await post('{"not json', {})).statusCode).toBe(401);
    expect(hints).toEqual([]);
  });

  it('answers the test of a new stream', async () => {
    const empty = {
      confirmed: true,
      chainId: '',
      abi: [],
      streamId: '',
      tag: '',
      retries: 0,
      logs: [],
      txs: [],
      erc20Transfers: [],
    };
    const text = JSON.stringify({ ...empty, block: { number: '', hash: '', timestamp: '' } });
    expect((await post(text)).statusCode).toBe(200);
    expect(hints).toEqual([]);
  });

  it('makes the sender come again while the hint cannot be made durable', async () => {
    isDown = true;
    const answer = await post(delivery(true));
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
    isDown = false;
    expect((await post(delivery(true))).statusCode).toBe(200);
    expect(hints).toHaveLength(1);
  });

  it('stands signed bodies of any shape', async () => {
    const shapes = [
      '',
      'null',
      '[]',
      '7',
      '"text"',
      '{',
      '{"block":null}',
      '{"block":7,"erc20Transfers":{"a":1},"logs":[null,7,[],{}]}',
    ];
    const odd = [
      '{"logs":[{"address":7},{"address":"0x1"}],"block":{"number":"1e3"}}',
      '{"__proto__":{"logs":[]}}',
      '\u0000',
    ];
    for (const text of [...shapes, ...odd]) expect((await post(text)).statusCode).toBe(200);
    expect(hints).toEqual([]);
  });

  it('takes bodies of any type, but none over 8 MiB', async () => {
    const text = delivery(true);
    expect((await post(text, { 'content-type': 'text/weird', 'x-signature': signatureOf(text) })).statusCode).toBe(200);
    const large = ' '.repeat(8 * 1024 * 1024 + 1);
    expect((await post(large, { 'x-signature': 'x' })).statusCode).toBe(413);
  });

  it('leaves other routes their own reading of bodies', async () => {
    const answer = await app.inject({ method: 'POST', url: '/other', payload: { a: 1 } });
    expect(answer.json()).toEqual({ a: 1 });
  });
});
