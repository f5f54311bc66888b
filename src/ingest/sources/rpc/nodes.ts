import { SourceError, UpstreamUnavailableError } from '../../../errors.js';
import type { Telemetry } from '../../../telemetry.js';
import type { CallOptions } from '../upstream.js';
import { ContradictionError } from './contradiction.js';
import { type RpcCall, RpcError } from './json-rpc.js';
import type { RpcNode } from './node.js';
import { readNumber } from './quantities.js';

/** The nodes of one chain: the first that answers is used, the others take over. */
export interface Nodes {
  readonly all: readonly RpcNode[];
  /** Asks one node after another until one answers, from the one at `start` on. Nodes that are left out are not asked. */
  ask<T>(calls: readonly RpcCall[], parse: (results: unknown[]) => T, options?: NodeOptions): Promise<T>;
  /** Asks all nodes at once; the answers of those that gave one, never none. */
  askEach<T>(
    calls: readonly RpcCall[],
    parse: (results: unknown[], node: RpcNode) => T,
    options?: CallOptions,
  ): Promise<T[]>;
}

/** Which node is to be asked first. */
export interface NodeOptions extends CallOptions {
  readonly start?: number;
}

/**
 * Each node is asked for its chain before it is first used, and again after it was away. At the start one of another chain is refused; one
 * that comes later is left out.
 */
export function createNodes({ all, chainId, timeoutMs, telemetry }: Deps): Nodes {
  const verified = new Set<RpcNode>();
  const refused = new Map<RpcNode, { readonly error: SourceError; readonly until: number }>();

  let isStarted = all.length < 2;
  let starting: Promise<void> | undefined;

  /** Before the first question all nodes say which chain they serve; one that is away now does so when it is back. */
  const start = async (): Promise<void> => {
    const deadline = Date.now() + startMs;
    const outcomes = await Promise.allSettled(all.map((node) => verify(node, { deadline })));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && isWrongChain(outcome.reason)) throw outcome.reason;
    }
    isStarted = true;
  };
  const started = async (): Promise<void> => {
    if (isStarted) return;
    starting ??= start().finally(() => {
      starting = undefined;
    });
    await starting;
  };

  /** While others can take over, a node has time for one answer and a half, not for the whole budget. */
  const hurried = (options: CallOptions): CallOptions => {
    const soon = Date.now() + patience * timeoutMs;
    return { ...options, deadline: Math.min(soon, options.deadline ?? soon) };
  };

  const verify = async (node: RpcNode, options: CallOptions): Promise<void> => {
    const before = refused.get(node);
    if (before && before.until > Date.now()) throw before.error;
    let said = chainId;
    for (let answers = 0; answers < answersForRefusal; answers += 1) {
      if (verified.has(node)) return;
      said = await node.ask([{ method: 'eth_chainId', params: [] }], ([id]) => readNumber(id, 'eth_chainId'), options);
      if (said === chainId) verified.add(node);
    }
    if (verified.has(node)) return void refused.delete(node);
    const message = `${node.name} serves chain ${said}, but CHAIN_ID is ${chainId}; change RPC_URL or CHAIN_ID.`;
    node.lastError = message;
    telemetry.count('rpc.wrongChain');
    if (!before) telemetry.warn(message);
    const error = new SourceError('WRONG_CHAIN', message);
    refused.set(node, { error, until: Date.now() + refusalMs });
    throw error;
  };

  const askOne = async <T>(node: RpcNode, { calls, parse, options }: Question<T>): Promise<T> => {
    try {
      await verify(node, options);
      return await node.ask(calls, parse, options);
    } catch (error) {
      if (error instanceof UpstreamUnavailableError) verified.delete(node);
      throw error;
    }
  };

  return {
    all,
    ask: async (calls, parse, { start: first = 0, ...options } = {}) => {
      await started();
      const good = all.filter(({ isLeftOut }) => !isLeftOut);
      const usable = good.length > 0 ? good : all;
      let failure: unknown;
      for (let i = 0; i < usable.length; i += 1) {
        const node = usable[(first + i) % usable.length] as RpcNode;
        options.signal?.throwIfAborted();
        try {
          return await askOne(node, { calls, parse, options: i + 1 < usable.length ? hurried(options) : options });
        } catch (error) {
          if (options.signal?.aborted || !othersMayDoBetter(error)) throw error;
          failure = tellsMore(failure, error);
        }
      }
      throw failure;
    },
    askEach: async (calls, parse, options = {}) => {
      await started();
      const ends = all.length > 1 ? hurried(options) : options;
      const outcomes = await Promise.allSettled(
        all.map((node) => askOne(node, { calls, parse: (results) => parse(results, node), options: ends })),
      );
      const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      if (answers.length > 0) return answers;
      throw outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])).reduce(tellsMore);
    },
  };
}

interface Deps {
  readonly all: readonly RpcNode[];
  readonly chainId: number;
  readonly timeoutMs: number;
  readonly telemetry: Telemetry;
}

interface Question<T> {
  readonly calls: readonly RpcCall[];
  readonly parse: (results: unknown[]) => T;
  readonly options: CallOptions;
}

function othersMayDoBetter(error: unknown): boolean {
  return [UpstreamUnavailableError, RpcError, ContradictionError, SourceError].some((kind) => error instanceof kind);
}

function isWrongChain(error: unknown): boolean {
  return error instanceof SourceError && error.code === 'WRONG_CHAIN';
}

/** A node that is away says less than one that answers. */
function tellsMore(one: unknown, other: unknown): unknown {
  return one === undefined || one instanceof UpstreamUnavailableError ? other : one;
}

/** A wrong answer may come once from a mixed-up balancer; a node of another chain says so again. */
const answersForRefusal = 4;
/** A node of another chain is not asked again before every question. */
const refusalMs = 30_000;
const patience = 1.5;
/** How long the first question waits for nodes that do not say which chain they serve. */
const startMs = 2_000;
