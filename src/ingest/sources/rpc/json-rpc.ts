import { TransientError } from '../upstream.js';
import { ContradictionError } from './contradiction.js';

/** One call of a method. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** The node answered a call with an error that another try would not change. */
export class RpcError extends Error {
  readonly rpcCode: number;
  readonly data: unknown;

  constructor({ code, message, data, method }: { code: number; message: string; data: unknown; method: string }) {
    super(`${method}: ${message.slice(0, 200)} (${code})`);
    this.rpcCode = code;
    this.data = data;
  }
}

/** What was asked for at once is too much for the node: a smaller range or batch may do. */
export class TooMuchError extends Error {}

/** Text of a request. A list even for one call would be refused by some nodes. */
export function encodeCalls(calls: readonly RpcCall[]): string {
  const list = calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }));
  return JSON.stringify(list.length === 1 ? list[0] : list);
}

/**
 * Results in the order of the calls, matched by id. Throws TransientError for what is no JSON-RPC answer, and an error by its meaning:
 * RpcError, TooMuchError, TransientError.
 */
export function decodeAnswers(calls: readonly RpcCall[], text: string): unknown[] {
  const answer = parse(text);
  if (calls.length > 1 && !Array.isArray(answer)) {
    // A whole batch is refused with one error.
    throw batchRefusal(answer);
  }
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  if (calls.length > 1 && list.length === 1) throw batchRefusal(list[0]);
  const byId = new Map(list.filter(isObject).map((one) => [Number(one.id), one]));
  return calls.map((call, id) => {
    const one = byId.get(id);
    if (!one) throw new TransientError(`${call.method}: no answer with the id of the call`);
    if (isObject(one.error)) throw meaningOf(call, one.error);
    if (!Object.hasOwn(one, 'result')) throw new TransientError(`${call.method}: neither a result nor an error`);
    return one.result;
  });
}

/** True for anything with fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TransientError('the answer is no whole JSON', { cause });
  }
}

function batchRefusal(answer: unknown): Error {
  if (isObject(answer) && isObject(answer.error)) {
    const message = String(answer.error.message ?? '');
    return busy.test(message) ? new TransientError(message.slice(0, 200)) : new TooMuchError(message.slice(0, 200));
  }
  return new TransientError('one answer for several calls');
}

function meaningOf(call: RpcCall, error: Readonly<Record<string, unknown>>): Error {
  const code = typeof error.code === 'number' ? error.code : Number.NaN;
  const message = String(error.message ?? 'no message');
  if (code === 429 || busy.test(message)) return new TransientError(`${call.method}: ${message.slice(0, 200)}`);
  if (call.method === 'eth_getLogs' && (code === -32005 || tooMuch.test(message))) {
    return new TooMuchError(message.slice(0, 200));
  }
  const mayPass = code === -32603 || code === -32005 || code === -32002 || Number.isNaN(code);
  if (mayPass && !reverted.test(message)) return new TransientError(`${call.method}: ${message.slice(0, 200)}`);
  // A block that was there a moment ago: it was replaced meanwhile, or another node behind a balancer answered.
  if (unknownBlock.test(message)) return new ContradictionError(`${call.method}: ${message.slice(0, 200)}`);
  return new RpcError({ code, message, data: error.data, method: call.method });
}

const busy = /rate.?limit|too many requests|requests per second|throughput|capacity/i;
const tooMuch =
  /range|more than \d+|too (many|large|big|wide)|limit exceeded|exceeds?|response size|block span|query timeout|timed out/i;
const reverted = /revert/i;
const unknownBlock = /unknown block|(block|header|hash) (for hash )?not found/i;
