/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query GatewayStatus {\n  status {\n    version\n    demo\n    startedAt\n    database {\n      kind\n      healthy\n      detail\n    }\n    cache {\n      kind\n      healthy\n      breaker\n      hits\n      misses\n      hitRate\n    }\n    ingest {\n      symbol\n      source\n      asOfBlock\n      lagSeconds\n      state\n    }\n  }\n  metricDefinitions {\n    field\n    description\n    unit\n    tier\n    ttlSeconds\n  }\n}": typeof types.GatewayStatusDocument,
    "query Holders($symbol: String = \"LZAR\", $limit: Int = 10) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    holderCount\n    holders(limit: $limit) {\n      rank\n      address\n      balance\n      share\n      firstSeen\n      lastActive\n    }\n    holderDistribution {\n      top10Share\n      top100Share\n      bands {\n        name\n        minShare\n        maxShare\n        holderCount\n        balance\n      }\n    }\n  }\n}": typeof types.HoldersDocument,
    "query TokenDashboard($symbol: String = \"LZAR\", $period: Period = LAST_30_DAYS) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    metrics(period: $period) {\n      from\n      to\n      growth {\n        txCount\n        txCountChange\n        newWallets\n        cumulativeWallets\n      }\n      volume {\n        total\n        totalChange\n        dailyAverage\n        largestDay\n        largestDayAmount\n      }\n      activity {\n        uniqueWallets\n        averageDailyWallets\n        busiestHour\n      }\n    }\n    dailyMetrics(period: $period) {\n      date\n      dailyTxCount\n      dailyTxAmount\n      cumulativeTxCount\n      filled\n      partial\n    }\n    uniqueWallets(period: $period) {\n      date\n      uniqueWalletCount\n      newWallets\n    }\n    weeklyPayments {\n      weekStartDate\n      totalPaymentsAmount\n      paymentCount\n      averagePayment\n    }\n    paymentProjections {\n      weekStartDate\n      expectedAmount\n      lowerBound\n      upperBound\n    }\n  }\n}": typeof types.TokenDashboardDocument,
    "query Tokens($first: Int = 20, $after: String) {\n  tokens(first: $first, after: $after) {\n    totalCount\n    nodes {\n      id\n      symbol\n      name\n      contractAddress\n      decimals\n      totalSupply\n      holderCount\n      latestPrice {\n        timestamp\n        price\n        marketCap\n        change24h\n      }\n      freshness {\n        epoch\n        asOfBlock\n        asOfTime\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.TokensDocument,
    "query Transfers($symbol: String = \"LZAR\", $first: Int = 20, $after: String, $address: Address, $kind: TransferKind) {\n  token(symbol: $symbol) {\n    symbol\n    transactionActivity(\n      first: $first\n      after: $after\n      address: $address\n      kind: $kind\n    ) {\n      totalCount\n      nodes {\n        id\n        timestamp\n        transactionHash\n        fromAddress\n        toAddress\n        amount\n        kind\n        isSuccess\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": typeof types.TransfersDocument,
};
const documents: Documents = {
    "query GatewayStatus {\n  status {\n    version\n    demo\n    startedAt\n    database {\n      kind\n      healthy\n      detail\n    }\n    cache {\n      kind\n      healthy\n      breaker\n      hits\n      misses\n      hitRate\n    }\n    ingest {\n      symbol\n      source\n      asOfBlock\n      lagSeconds\n      state\n    }\n  }\n  metricDefinitions {\n    field\n    description\n    unit\n    tier\n    ttlSeconds\n  }\n}": types.GatewayStatusDocument,
    "query Holders($symbol: String = \"LZAR\", $limit: Int = 10) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    holderCount\n    holders(limit: $limit) {\n      rank\n      address\n      balance\n      share\n      firstSeen\n      lastActive\n    }\n    holderDistribution {\n      top10Share\n      top100Share\n      bands {\n        name\n        minShare\n        maxShare\n        holderCount\n        balance\n      }\n    }\n  }\n}": types.HoldersDocument,
    "query TokenDashboard($symbol: String = \"LZAR\", $period: Period = LAST_30_DAYS) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    metrics(period: $period) {\n      from\n      to\n      growth {\n        txCount\n        txCountChange\n        newWallets\n        cumulativeWallets\n      }\n      volume {\n        total\n        totalChange\n        dailyAverage\n        largestDay\n        largestDayAmount\n      }\n      activity {\n        uniqueWallets\n        averageDailyWallets\n        busiestHour\n      }\n    }\n    dailyMetrics(period: $period) {\n      date\n      dailyTxCount\n      dailyTxAmount\n      cumulativeTxCount\n      filled\n      partial\n    }\n    uniqueWallets(period: $period) {\n      date\n      uniqueWalletCount\n      newWallets\n    }\n    weeklyPayments {\n      weekStartDate\n      totalPaymentsAmount\n      paymentCount\n      averagePayment\n    }\n    paymentProjections {\n      weekStartDate\n      expectedAmount\n      lowerBound\n      upperBound\n    }\n  }\n}": types.TokenDashboardDocument,
    "query Tokens($first: Int = 20, $after: String) {\n  tokens(first: $first, after: $after) {\n    totalCount\n    nodes {\n      id\n      symbol\n      name\n      contractAddress\n      decimals\n      totalSupply\n      holderCount\n      latestPrice {\n        timestamp\n        price\n        marketCap\n        change24h\n      }\n      freshness {\n        epoch\n        asOfBlock\n        asOfTime\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.TokensDocument,
    "query Transfers($symbol: String = \"LZAR\", $first: Int = 20, $after: String, $address: Address, $kind: TransferKind) {\n  token(symbol: $symbol) {\n    symbol\n    transactionActivity(\n      first: $first\n      after: $after\n      address: $address\n      kind: $kind\n    ) {\n      totalCount\n      nodes {\n        id\n        timestamp\n        transactionHash\n        fromAddress\n        toAddress\n        amount\n        kind\n        isSuccess\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": types.TransfersDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query GatewayStatus {\n  status {\n    version\n    demo\n    startedAt\n    database {\n      kind\n      healthy\n      detail\n    }\n    cache {\n      kind\n      healthy\n      breaker\n      hits\n      misses\n      hitRate\n    }\n    ingest {\n      symbol\n      source\n      asOfBlock\n      lagSeconds\n      state\n    }\n  }\n  metricDefinitions {\n    field\n    description\n    unit\n    tier\n    ttlSeconds\n  }\n}"): typeof import('./graphql.js').GatewayStatusDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Holders($symbol: String = \"LZAR\", $limit: Int = 10) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    holderCount\n    holders(limit: $limit) {\n      rank\n      address\n      balance\n      share\n      firstSeen\n      lastActive\n    }\n    holderDistribution {\n      top10Share\n      top100Share\n      bands {\n        name\n        minShare\n        maxShare\n        holderCount\n        balance\n      }\n    }\n  }\n}"): typeof import('./graphql.js').HoldersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TokenDashboard($symbol: String = \"LZAR\", $period: Period = LAST_30_DAYS) {\n  token(symbol: $symbol) {\n    symbol\n    totalSupply\n    metrics(period: $period) {\n      from\n      to\n      growth {\n        txCount\n        txCountChange\n        newWallets\n        cumulativeWallets\n      }\n      volume {\n        total\n        totalChange\n        dailyAverage\n        largestDay\n        largestDayAmount\n      }\n      activity {\n        uniqueWallets\n        averageDailyWallets\n        busiestHour\n      }\n    }\n    dailyMetrics(period: $period) {\n      date\n      dailyTxCount\n      dailyTxAmount\n      cumulativeTxCount\n      filled\n      partial\n    }\n    uniqueWallets(period: $period) {\n      date\n      uniqueWalletCount\n      newWallets\n    }\n    weeklyPayments {\n      weekStartDate\n      totalPaymentsAmount\n      paymentCount\n      averagePayment\n    }\n    paymentProjections {\n      weekStartDate\n      expectedAmount\n      lowerBound\n      upperBound\n    }\n  }\n}"): typeof import('./graphql.js').TokenDashboardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Tokens($first: Int = 20, $after: String) {\n  tokens(first: $first, after: $after) {\n    totalCount\n    nodes {\n      id\n      symbol\n      name\n      contractAddress\n      decimals\n      totalSupply\n      holderCount\n      latestPrice {\n        timestamp\n        price\n        marketCap\n        change24h\n      }\n      freshness {\n        epoch\n        asOfBlock\n        asOfTime\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.js').TokensDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Transfers($symbol: String = \"LZAR\", $first: Int = 20, $after: String, $address: Address, $kind: TransferKind) {\n  token(symbol: $symbol) {\n    symbol\n    transactionActivity(\n      first: $first\n      after: $after\n      address: $address\n      kind: $kind\n    ) {\n      totalCount\n      nodes {\n        id\n        timestamp\n        transactionHash\n        fromAddress\n        toAddress\n        amount\n        kind\n        isSuccess\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): typeof import('./graphql.js').TransfersDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
