import { createHash } from 'node:crypto';
import type { Config } from '../../../config.js';
import { SourceError } from '../../../errors.js';
import type { Telemetry } from '../../../telemetry.js';
import { fetchText } from '../http-answers.js';
import { type CallOptions, createUpstream, type Upstream } from '../upstream.js';
import { decodeAnswers, encodeCalls, type RpcCall, TooMuchError } from './json-rpc.js';

/** One JSON-RPC node over HTTP. */
export interface RpcNode {
  /** Host, never a path or a key. */
  readonly name: string;
  readonly upstream: Pick<Upstream, 'state'>;
  lastError: string | null;
  headBlock: number | null;
  /** It stays behind the others: it is asked for its newest block only. */
  isLeftOut: boolean;
  /**
   * Results of the calls in their order, as `parse` reads them; what it throws is handled like a fault of the node. Batches that the node
   * refuses are halved, but a single call that is too much throws TooMuchError.
   */
  ask<T>(calls: readonly RpcCall[], parse: (results: unknown[]) => T, options?: CallOptions): Promise<T>;
  close(): void;
}

/**
 * viem's transport is not used: it puts the URL, which may hold a key, into its errors, matches answers of a batch by place instead of id,
 * and has no say in what may pass.
 */
export function createRpcNode({ url, source, telemetry }: Deps): RpcNode {
  const { host, username, password, pathname, search } = new URL(url);
  const target = new URL(url);
  target.username = '';
  target.password = '';
  const headers = {
    'content-type': 'application/json',
    ...(username || password ? { authorization: basic(username, password) } : {}),
  };
  // Two keys at one host are two nodes.
  const name =
    pathname === '/' && !search ? host : `${host}#${createHash('sha256').update(url).digest('hex').slice(0, 4)}`;
  const upstream = createUpstream({ name, settings: source, telemetry });
  let batchSize = largestBatch;

  const send = async (calls: readonly RpcCall[], signal: AbortSignal): Promise<unknown[]> => {
    const { status, text } = await fetchText({
      url: target,
      init: { method: 'POST', headers, body: encodeCalls(calls), signal, redirect: 'error' },
    });
    if (status === 413) throw new TooMuchError('HTTP 413');
    if (status === 401 || status === 402 || status === 403) {
      throw new SourceError('SOURCE_REFUSED', `${name} refuses the key or the plan in RPC_URL (HTTP ${status}).`);
    }
    return decodeAnswers(calls, text);
  };

  const node: RpcNode = {
    name,
    upstream,
    lastError: null,
    headBlock: null,
    isLeftOut: false,
    close: () => upstream.close(),
    ask: async (calls, parse, options) => {
      try {
        const results: unknown[] = [];
        while (results.length < calls.length) {
          const some = calls.slice(results.length, results.length + batchSize);
          try {
            // What is malformed is a fault of the attempt; reading twice costs less than carrying parsed pieces along.
            const isAll = some.length === calls.length;
            const parsed = await upstream.call(async (signal) => {
              const answers = await send(some, signal);
              return isAll ? { answers, value: parse(answers) } : { answers };
            }, options);
            telemetry.count('rpc.calls', some.length);
            if ('value' in parsed) {
              node.lastError = null;
              return parsed.value as ReturnType<typeof parse>;
            }
            results.push(...parsed.answers);
          } catch (error) {
            if (!(error instanceof TooMuchError) || some.length === 1) throw error;
            batchSize = Math.max(1, Math.floor(some.length / 2));
          }
        }
        node.lastError = null;
        return parse(results);
      } catch (error) {
        if (!options?.signal?.aborted) node.lastError = reasonOf(error);
        throw error;
      }
    },
  };
  return node;
}

interface Deps {
  readonly url: string;
  readonly source: Config['source'];
  readonly telemetry: Telemetry;
}

/** Names and passwords are UTF-8, which btoa does not take. */
function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}

const largestBatch = 100;
