import type { Period } from '../models/enums.js';
import { MetricType } from '../models/enums.js';
import type { Holder } from '../models/holder.js';
import type { TokenMetrics } from '../models/token-metrics.js';
import type { TokenSnapshot } from '../models/token-snapshot.js';
import { holders } from '../relations/holders.js';
import { metrics } from '../relations/metrics.js';
import type { Plain } from '../relations/relation.js';
import type { ReadThrough } from './read-through.js';
import type { RequestScope } from './request-scope.js';

/** Reads of tokens for code that is no GraphQL request, through the same loaders, cache and epochs. */
export interface TokenReads {
  getToken(id: string): Promise<TokenSnapshot | null>;
  /** In any case of letters; where that leaves several the exact one, else BadUserInputError. */
  getTokenBySymbol(symbol: string): Promise<TokenSnapshot | null>;
  /** Largest holders; null when there is no such token. */
  getTokenHolders(id: string, options?: { limit?: number }): Promise<readonly PlainHolder[] | null>;
  /** Figures of a window; null when there is no such token. */
  getTokenMetrics(id: string, options?: MetricsOptions): Promise<PlainMetrics | null>;
  /** Figures of many tokens, and the sums of what may be summed over tokens: counts. Without `ids`, of all active tokens. */
  getAggregatedMetrics(options?: MetricsOptions & { ids?: readonly string[] }): Promise<AggregatedMetrics>;
}

/** Which figures, of which window. */
export interface MetricsOptions {
  readonly type?: MetricType;
  readonly period?: Period;
}

/** A holder as answers show it. */
export type PlainHolder = Plain<Omit<Holder, 'openingBalance'>>;
/** Figures as answers show them. */
export type PlainMetrics = Plain<TokenMetrics>;

/** Figures of many tokens. */
export interface AggregatedMetrics {
  readonly tokens: ReadonlyArray<{ readonly tokenId: string; readonly symbol: string; readonly metrics: PlainMetrics }>;
  /** null when `type` leaves growth out. Amounts and wallets of different tokens have no sum. */
  readonly txCount: number | null;
  readonly previousTxCount: number | null;
}

/** Builds the reads. Each call is one request, resolved again when the data moves under it. */
export function createTokenReads({
  readThrough,
  deadlineMs,
  maxFirst,
}: {
  readThrough: Pick<ReadThrough, 'createScope'>;
  deadlineMs: number;
  /** Largest page of the list of tokens. */
  maxFirst: number;
}): TokenReads {
  const read = async <T>(work: (scope: RequestScope) => Promise<T>): Promise<T> => {
    const deadlineAt = Date.now() + deadlineMs;
    for (let attempt = 0; ; attempt += 1) {
      const scope = readThrough.createScope({ deadlineAt, attempt, record: false });
      try {
        const answer = await work(scope);
        // The last attempt is one snapshot, which does not move.
        if (!scope.moved) return answer;
      } finally {
        await scope.close();
      }
    }
  };
  const ofToken = <T>(id: string, work: (scope: RequestScope, token: TokenSnapshot) => Promise<T>): Promise<T | null> =>
    read(async (scope) => {
      const token = await scope.token(id);
      return token && work(scope, token);
    });
  return {
    getToken: (id) => read((scope) => scope.token(id)),
    getTokenBySymbol: (symbol) => read((scope) => scope.tokenBySymbol(symbol)),
    getTokenHolders: (id, args = {}) =>
      ofToken(id, async (scope, token) => (await scope.relation(holders, token, args)) as PlainHolder[]),
    getTokenMetrics: (id, args = {}) => ofToken(id, (scope, token) => metricsOf(scope, token, args)),
    getAggregatedMetrics: ({ ids, ...args } = {}) =>
      read(async (scope) => {
        const wanted = ids ?? (await activeIds(scope, maxFirst));
        const tokens = (await Promise.all(wanted.map((id) => scope.token(id)))).filter((token) => token !== null);
        const rows = await Promise.all(
          tokens.map(async (token) => {
            return { tokenId: token.id, symbol: token.symbol, metrics: await metricsOf(scope, token, args) };
          }),
        );
        const hasGrowth = args.type === undefined || args.type === MetricType.ALL || args.type === MetricType.GROWTH;
        const sum = (field: 'txCount' | 'previousTxCount'): number | null =>
          hasGrowth ? rows.reduce((total, row) => total + (row.metrics.growth?.[field] ?? 0), 0) : null;
        return { tokens: rows, txCount: sum('txCount'), previousTxCount: sum('previousTxCount') };
      }),
  };
}

async function metricsOf(scope: RequestScope, token: TokenSnapshot, args: MetricsOptions): Promise<PlainMetrics> {
  return (await scope.relation(metrics, token, args)) as PlainMetrics;
}

async function activeIds(scope: RequestScope, first: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<RequestScope['tokenList']>> = await scope.tokenList({
      first,
      after,
      isActive: true,
    });
    ids.push(...page.ids);
    after = page.hasNextPage ? (page.cursors.at(-1) ?? null) : null;
  } while (after !== null);
  return ids;
}
