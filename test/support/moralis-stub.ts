import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wallet } from '../ingest/support.js';
import { answerOf, happens, type StubAnswer } from './moralis-stub-answers.js';
import { StubTruth } from './moralis-stub-truth.js';

/** What the stub does wrong, each as often as the number says. */
export interface Misbehaviour {
  /** A row of the page before comes again. */
  duplicate: number;
  /** A row is missing on one page; asked again it is there. */
  missing: number;
  /** The rows of a page are in another order. */
  shuffle: number;
  /** 429 without a hint how long to wait, as Moralis answers. */
  limited: number;
  /** 500 in the middle of a chain of pages. */
  failing: number;
  /** The answer ends in the middle. */
  cut: number;
  /** Rows under the block hash from before the reorg come beside those under the new one. */
  bothForks: number;
}

/** A local stand-in for Moralis. */
export interface MoralisStub {
  readonly url: string;
  readonly truth: StubTruth;
  readonly wrong: Misbehaviour;
  /** Which of several ways numbers and booleans are written in. */
  variant: 'strings' | 'numbers';
  /** Blocks of which nothing is said yet, newest first. */
  hidden: number;
  /** Number of holders that the summary names; undefined: the true one. */
  totalHolders: number | undefined;
  /** Number of calls by operation, and compute units that they cost. */
  readonly calls: Map<string, number>;
  units: number;
  /** What was asked, path and query. */
  readonly asked: URL[];
  close(): Promise<void>;
}

/** The key that the stub takes. */
export const stubKey = 'stub-key-that-nobody-may-see';

/** Starts a stub on a free port. */
export async function startMoralisStub(seed: number): Promise<MoralisStub> {
  const server = createServer((request, response) => {
    request.resume();
    respond(stub, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: MoralisStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2.2`,
    truth: new StubTruth(seed),
    wrong: { duplicate: 0, missing: 0, shuffle: 0, limited: 0, failing: 0, cut: 0, bothForks: 0 },
    variant: 'strings',
    hidden: 0,
    totalHolders: undefined,
    calls: new Map(),
    units: 0,
    asked: [],
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return stub;
}

function respond(stub: MoralisStub, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://stub');
  stub.asked.push(url);
  const [status, text] = reply(stub, url, request.headers['x-api-key']);
  const whole = status !== 200 || !happens(stub, 'cut');
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers);
  if (whole) response.end(text);
  else response.write(text.slice(0, text.length / 2), () => response.destroy());
}

function reply(stub: MoralisStub, url: URL, key: unknown): [status: number, text: string] {
  if (key !== stubKey) return [401, JSON.stringify({ message: `Invalid key ${key}` })];
  if (!url.searchParams.has('chain') && !url.pathname.includes('latestBlockNumber')) {
    return [400, JSON.stringify({ message: 'chain is required' })];
  }
  const answer = answerOf(stub, url);
  if (!answer) return [404, JSON.stringify({ message: 'not found' })];
  stub.calls.set(answer.operation, (stub.calls.get(answer.operation) ?? 0) + 1);
  stub.units += answer.units;
  if (happens(stub, 'limited')) return [429, JSON.stringify({ message: 'Too many requests' })];
  if (url.searchParams.has('cursor') && happens(stub, 'failing'))
    return [500, JSON.stringify({ message: 'oops', details: {} })];
  return [200, written(stub, answer)];
}

/** Amounts stay text in both variants unless they are short; what is a number in one variant is a string in the other. */
function written(stub: MoralisStub, { body }: StubAnswer): string {
  if (stub.variant === 'strings') return JSON.stringify(body);
  return JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value === 'string' && /^[1-9]\d{0,14}$|^0$/.test(value)) return Number(value);
    if (typeof value === 'number') return String(value);
    return typeof value === 'boolean' ? String(value) : value;
  });
}

/** Address that no contract is at. */
export const nobody = wallet(0xdead);
