import type { ZodType } from 'zod';
import type { Config } from '../../../config.js';
import { ConfigurationError, SourceError } from '../../../errors.js';
import { fetchText } from '../http-answers.js';
import { TransientError, type Upstream } from '../upstream.js';
import { pageAnswer } from './answers.js';
import { parseExactJson } from './exact-json.js';
import { type Operation, operationCosts } from './operations.js';
import type { Pace } from './pace.js';
import type { UsageStore } from './usage.js';

/** Moralis over HTTP: each call is paid from the day's budget before it is made, and each answer is checked. */
export interface MoralisClient {
  /** The checked answer; undefined where Moralis does not know what was asked for (404). */
  ask<T>(call: Call, answer: ZodType<T>): Promise<T | undefined>;
  /** The pages of a cursor chain, in its order; a page may have rows of the one before again, or the same row twice. */
  pages<T>(call: Call, row: ZodType<T>, identify: (row: T) => string): AsyncIterable<T[]>;
}

/** One call; `path` is under MORALIS_URL. */
export interface Call {
  readonly operation: Operation;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent by POST. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** The key goes into one header and nowhere else. */
export function createMoralisClient({ config, upstream, usage, pace }: Deps): MoralisClient {
  const key = config.apiKey ?? '';
  // fetch would put a key that no header can hold into the message of its error.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigurationError([
      'MORALIS_API_KEY: expected a key of visible ASCII characters; it is absent or has others.',
    ]);
  }
  const base = config.url.replace(/\/$/, '');

  const ask = async <T>(call: Call, answer: ZodType<T>): Promise<T | undefined> => {
    const { operation, path, query = {}, body, signal } = call;
    const url = `${base}${path}?${new URLSearchParams(query)}`;
    const headers = { 'X-API-Key': key, accept: 'application/json', ...(body === undefined ? {} : json) };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const attempt = async (stop: AbortSignal): Promise<T | undefined> => {
      const { price, rate } = operationCosts[operation];
      await pace.take(rate, stop);
      stop.throwIfAborted();
      // Each attempt is paid: whether Moralis charges for one that failed, nobody can tell from here.
      await usage.charge(price);
      const { status, text } = await fetchText({ url, init: { ...sent, headers, signal: stop, redirect: 'error' } });
      if (status === 404) return undefined;
      if (status !== 200) throw refusal({ operation, status, text: text.replaceAll(key, '…') });
      return checked({ operation, text, answer });
    };
    return upstream.call(attempt, signal ? { signal } : {});
  };

  return {
    ask,
    pages: async function* ({ query = {}, ...call }, row, identify) {
      const { limit = '', ...further } = query;
      const cursors = new Set<string>();
      let cursor: string | undefined;
      let before = new Set<string>();
      do {
        // The size of a page counts only on the first call of a chain.
        const asked = { ...call, query: cursor === undefined ? query : { ...further, cursor } };
        const read = async () => {
          const page = await ask(asked, pageAnswer);
          const rows = row.array().safeParse(page?.result ?? []);
          if (rows.success) return { rows: rows.data, page };
          throw contradiction(call.operation, rows.error.issues);
        };
        const { rows, page } = await read();
        const fresh = new Set(rows.map(identify).filter((id) => !before.has(id)));
        cursor = page?.cursor || undefined;
        // A page that others follow is full; one that is not lacks a row, which is mostly there when it is asked for again.
        const isShort = cursor !== undefined && fresh.size < (page?.page_size ?? Number(limit));
        yield isShort ? [...rows, ...(await read()).rows] : rows;
        before = fresh;
        if (cursor !== undefined && cursors.has(cursor)) throw endless(call.operation);
        if (cursor !== undefined) cursors.add(cursor);
      } while (cursor !== undefined);
    },
  };
}

interface Deps {
  readonly config: Config['moralis'];
  readonly upstream: Upstream;
  readonly usage: UsageStore;
  readonly pace: Pace;
}

const json = { 'content-type': 'application/json' };

function checked<T>({ operation, text, answer }: { operation: Operation; text: string; answer: ZodType<T> }): T {
  let parsed: unknown;
  try {
    parsed = parseExactJson(text);
  } catch (error) {
    throw new TransientError(`${operation}: the answer is not JSON`, { cause: error });
  }
  const result = answer.safeParse(parsed);
  if (result.success) return result.data;
  throw contradiction(operation, result.error.issues);
}

function endless(operation: Operation): SourceError {
  const message = `Moralis, ${operation}: a cursor came twice; the chain of pages has no end.`;
  return new SourceError('SOURCE_CONTRADICTS', message);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function contradiction(operation: Operation, issues: readonly Issue[]): SourceError {
  const [first] = issues;
  const where = first?.path.map(String).join('.') ?? '';
  return new SourceError(
    'SOURCE_CONTRADICTS',
    `Moralis, ${operation}: ${where}: ${first?.message}. Nothing of the answer is taken in; it is asked for again with the next sync.`,
  );
}

function refusal({ operation, status, text }: { operation: Operation; status: number; text: string }): SourceError {
  const said = /"message"\s*:\s*"([^"]{0,200})/.exec(text)?.[1] ?? text.slice(0, 200);
  const advice = status === 401 || status === 403 ? ' Check MORALIS_API_KEY and what its plan allows.' : '';
  return new SourceError('SOURCE_REFUSED', `Moralis refuses ${operation} with HTTP ${status}: ${said}.${advice}`, {
    details: { status },
  });
}
