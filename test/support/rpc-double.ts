import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chain } from './rpc-double-chain.js';
import { type Lied, type LieName, lies } from './rpc-double-lies.js';
import { answerHonestly, type NodeOptions, type RpcCall, RpcFailure } from './rpc-double-methods.js';

/** A JSON-RPC node over HTTP that serves a chain and lies when told to. */
export interface RpcDouble {
  readonly url: string;
  readonly chain: Chain;
  /** Calls answered, by method, and HTTP requests. */
  readonly calls: ReadonlyMap<string, number>;
  readonly requests: number;
  /** Lies about the next so many calls that the lie fits. */
  lie(name: LieName, times?: number): void;
  /** Lies not told yet. */
  readonly untold: number;
  /** Runs before a call is answered: a chain that changes while it is being read. Answers true to be asked no more. */
  before(call: (call: RpcCall) => boolean): void;
  /** All calls from now on are refused as a dead node would, until it is up again. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

/** Starts a double on a free port. */
export async function startRpcDouble({ chain, ...given }: { chain: Chain } & Partial<NodeOptions>): Promise<RpcDouble> {
  const node: NodeOptions = {
    chainId: 31_337,
    maxRange: 5_000,
    maxLogs: 10_000,
    multicall: true,
    tags: true,
    receipts: true,
    ...given,
  };
  const calls = new Map<string, number>();
  const waiting: Array<{ readonly name: LieName; left: number }> = [];
  const watchers: Array<(call: RpcCall) => boolean> = [];
  let requests = 0;
  let down = false;

  const answer = (call: RpcCall): Lied => {
    calls.set(call.method, (calls.get(call.method) ?? 0) + 1);
    for (const [i, watcher] of [...watchers.entries()].reverse()) if (watcher(call)) watchers.splice(i, 1);
    let honest: unknown;
    let failure: RpcFailure | undefined;
    try {
      honest = answerHonestly(chain, node, call);
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
      failure = error;
    }
    for (const [i, lie] of waiting.entries()) {
      const lied = lies[lie.name]({ chain, call, honest });
      if (lied === undefined) continue;
      lie.left -= 1;
      if (lie.left === 0) waiting.splice(i, 1);
      return lied;
    }
    if (!failure) return { result: honest };
    const { code, message, data } = failure;
    return { error: { code, message, ...(data === undefined ? {} : { data }) } };
  };

  const server = createServer((request, response) => {
    requests += 1;
    if (down) return void request.socket.destroy();
    respond(request, response, answer).catch((error: unknown) => response.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  server.keepAliveTimeout = 60_000;
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chain,
    calls,
    get requests() {
      return requests;
    },
    lie: (name, times = 1) => {
      waiting.push({ name, left: times });
    },
    get untold() {
      return waiting.reduce((sum, { left }) => sum + left, 0);
    },
    before: (call) => void watchers.push(call),
    setDown: (value) => {
      down = value;
      if (down) server.closeAllConnections();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

type JsonCall = RpcCall & { readonly id: unknown };

async function respond(request: IncomingMessage, response: ServerResponse, answer: (call: RpcCall) => Lied) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const parsed = JSON.parse(body) as JsonCall | JsonCall[];
  const told = [parsed].flat().map(({ id, method, params = [] }) => ({ id, lied: answer({ method, params }) }));
  for (const { lied } of told) {
    if (lied === 'stall') return;
    if (lied === 'hang up') return void response.destroy();
    if (typeof lied === 'object' && 'http' in lied) {
      response.writeHead(lied.http, { 'content-type': 'text/plain', ...lied.headers });
      return void response.end(`status ${lied.http}`);
    }
  }
  const answers = told.map(({ id, lied }) => ({ jsonrpc: '2.0', id, ...(typeof lied === 'object' ? lied : {}) }));
  const text = JSON.stringify(Array.isArray(parsed) ? answers : answers[0]);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(told.some(({ lied }) => lied === 'cut') ? text.slice(0, Math.ceil(text.length / 2)) : text);
}
