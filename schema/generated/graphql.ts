/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Number of UTC days that end with the day of asOfTime, that day included. */
export type Period =
  | 'LAST_7_DAYS'
  | 'LAST_30_DAYS'
  | 'LAST_90_DAYS';

/** MINT: from the zero address. BURN: only to the zero address. TRANSFER: everything else. */
export type TransferKind =
  | 'BURN'
  | 'MINT'
  | 'TRANSFER';

export type GatewayStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type GatewayStatusQuery = { status: { version: string, demo: boolean, startedAt: string, database: { kind: string, healthy: boolean, detail: string | null }, cache: { kind: string, healthy: boolean, breaker: string, hits: string, misses: string, hitRate: number | null }, ingest: Array<{ symbol: string, source: string, asOfBlock: string | null, lagSeconds: number | null, state: string }> }, metricDefinitions: Array<{ field: string, description: string, unit: string | null, tier: string, ttlSeconds: number }> };

export type HoldersQueryVariables = Exact<{
  symbol?: string | null | undefined;
  limit?: number | null | undefined;
}>;


export type HoldersQuery = { token: { symbol: string, totalSupply: string, holderCount: string, holders: Array<{ rank: number, address: string, balance: string, share: string, firstSeen: string | null, lastActive: string | null }>, holderDistribution: { top10Share: string, top100Share: string, bands: Array<{ name: string, minShare: string, maxShare: string | null, holderCount: string, balance: string }> } } | null };

export type TokenDashboardQueryVariables = Exact<{
  symbol?: string | null | undefined;
  period?: Period | null | undefined;
}>;


export type TokenDashboardQuery = { token: { symbol: string, totalSupply: string, metrics: { from: string | null, to: string | null, growth: { txCount: string, txCountChange: string | null, newWallets: string, cumulativeWallets: string } | null, volume: { total: string, totalChange: string | null, dailyAverage: string, largestDay: string | null, largestDayAmount: string } | null, activity: { uniqueWallets: string, averageDailyWallets: string, busiestHour: number | null } | null }, dailyMetrics: Array<{ date: string, dailyTxCount: string, dailyTxAmount: string, cumulativeTxCount: string, filled: boolean, partial: boolean }>, uniqueWallets: Array<{ date: string, uniqueWalletCount: string, newWallets: string }>, weeklyPayments: Array<{ weekStartDate: string, totalPaymentsAmount: string, paymentCount: string, averagePayment: string }>, paymentProjections: Array<{ weekStartDate: string, expectedAmount: string, lowerBound: string, upperBound: string }> } | null };

export type TokensQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TokensQuery = { tokens: { totalCount: number, nodes: Array<{ id: string, symbol: string, name: string, contractAddress: string, decimals: number, totalSupply: string, holderCount: string, latestPrice: { timestamp: string, price: string, marketCap: string, change24h: string | null } | null, freshness: { epoch: string, asOfBlock: string | null, asOfTime: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type TransfersQueryVariables = Exact<{
  symbol?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  address?: string | null | undefined;
  kind?: TransferKind | null | undefined;
}>;


export type TransfersQuery = { token: { symbol: string, transactionActivity: { totalCount: string, nodes: Array<{ id: string, timestamp: string, transactionHash: string | null, fromAddress: string, toAddress: string, amount: string, kind: TransferKind, isSuccess: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const GatewayStatusDocument = new TypedDocumentString(`
    query GatewayStatus {
  status {
    version
    demo
    startedAt
    database {
      kind
      healthy
      detail
    }
    cache {
      kind
      healthy
      breaker
      hits
      misses
      hitRate
    }
    ingest {
      symbol
      source
      asOfBlock
      lagSeconds
      state
    }
  }
  metricDefinitions {
    field
    description
    unit
    tier
    ttlSeconds
  }
}
    `) as unknown as TypedDocumentString<GatewayStatusQuery, GatewayStatusQueryVariables>;
export const HoldersDocument = new TypedDocumentString(`
    query Holders($symbol: String = "LZAR", $limit: Int = 10) {
  token(symbol: $symbol) {
    symbol
    totalSupply
    holderCount
    holders(limit: $limit) {
      rank
      address
      balance
      share
      firstSeen
      lastActive
    }
    holderDistribution {
      top10Share
      top100Share
      bands {
        name
        minShare
        maxShare
        holderCount
        balance
      }
    }
  }
}
    `) as unknown as TypedDocumentString<HoldersQuery, HoldersQueryVariables>;
export const TokenDashboardDocument = new TypedDocumentString(`
    query TokenDashboard($symbol: String = "LZAR", $period: Period = LAST_30_DAYS) {
  token(symbol: $symbol) {
    symbol
    totalSupply
    metrics(period: $period) {
      from
      to
      growth {
        txCount
        txCountChange
        newWallets
        cumulativeWallets
      }
      volume {
        total
        totalChange
        dailyAverage
        largestDay
        largestDayAmount
      }
      activity {
        uniqueWallets
        averageDailyWallets
        busiestHour
      }
    }
    dailyMetrics(period: $period) {
      date
      dailyTxCount
      dailyTxAmount
      cumulativeTxCount
      filled
      partial
    }
    uniqueWallets(period: $period) {
      date
      uniqueWalletCount
      newWallets
    }
    weeklyPayments {
      weekStartDate
      totalPaymentsAmount
      paymentCount
      averagePayment
    }
    paymentProjections {
      weekStartDate
      expectedAmount
      lowerBound
      upperBound
    }
  }
}
    `) as unknown as TypedDocumentString<TokenDashboardQuery, TokenDashboardQueryVariables>;
export const TokensDocument = new TypedDocumentString(`
    query Tokens($first: Int = 20, $after: String) {
  tokens(first: $first, after: $after) {
    totalCount
    nodes {
      id
      symbol
      name
      contractAddress
      decimals
      totalSupply
      holderCount
      latestPrice {
        timestamp
        price
        marketCap
        change24h
      }
      freshness {
        epoch
        asOfBlock
        asOfTime
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<TokensQuery, TokensQueryVariables>;
export const TransfersDocument = new TypedDocumentString(`
    query Transfers($symbol: String = "LZAR", $first: Int = 20, $after: String, $address: Address, $kind: TransferKind) {
  token(symbol: $symbol) {
    symbol
    transactionActivity(
      first: $first
      after: $after
      address: $address
      kind: $kind
    ) {
      totalCount
      nodes {
        id
        timestamp
        transactionHash
        fromAddress
        toAddress
        amount
        kind
        isSuccess
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TransfersQuery, TransfersQueryVariables>;