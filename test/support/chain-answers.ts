import { type ChainTruth, ledgerOf } from './chain-truth.js';
import { answerOf } from './oracle-answers.js';
import { createOracle } from './oracle-numbers.js';

const wide = { period: 'LAST_90_DAYS' };

/** Whoever answers GraphQL, in this process or in another. */
export interface Answering {
  ask(query: string, options: { variables: Record<string, unknown> }): Promise<AnswerParts>;
}

interface AnswerParts {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly unknown[];
}

/** Everything that GraphQL says of a token's transfers, in a form that can be compared. */
export async function askEverything(gateway: Answering, tokenId: string): Promise<unknown> {
  const { data, errors = [] } = await gateway.ask(query, { variables: { id: tokenId } });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return plain(data?.token);
}

/** The same by the oracle, from the truth of a chain. */
export function everythingBy(truth: ChainTruth): unknown {
  const oracle = createOracle(ledgerOf(truth));
  const { head } = truth;
  return plain({
    freshness: { asOfBlock: head.blockNumber, asOfTime: new Date(head.time).toISOString() },
    totalSupply: oracle.show(truth.totalSupply),
    holderCount: oracle.holders.length,
    dailyMetrics: answerOf(oracle, 'dailyMetrics', wide),
    uniqueWallets: answerOf(oracle, 'uniqueWallets', wide),
    hourlyActivity: answerOf(oracle, 'hourlyActivity', { period: 'LAST_7_DAYS' }),
    weeklyPayments: answerOf(oracle, 'weeklyPayments', { weeks: 20 }),
    holders: answerOf(oracle, 'holders', { limit: 1000 }),
    holderDistribution: answerOf(oracle, 'holderDistribution', {}),
    metrics: answerOf(oracle, 'metrics', wide),
    transactionActivity: {
      totalCount: truth.transfers.length,
      nodes: answerOf(oracle, 'transactionActivity', { first: 100 }),
    },
  });
}

const query = `query Everything($id: ID!) { token(id: $id) {
  freshness { asOfBlock asOfTime }
  totalSupply holderCount
  dailyMetrics(period: LAST_90_DAYS) {
    date cumulativeTxCount cumulativeTxAmount dailyTxCount dailyTxAmount distinctTransactionCount
    mintCount mintAmount burnCount burnAmount filled partial
  }
  uniqueWallets(period: LAST_90_DAYS) {
    date uniqueWalletCount newWallets activeWallets cumulativeWallets filled partial
  }
  hourlyActivity(period: LAST_7_DAYS) { date hour transactionCount totalVolume uniqueWallets filled partial }
  weeklyPayments(weeks: 20) { weekStartDate totalPaymentsAmount paymentCount averagePayment filled partial }
  holders(limit: 1000) { rank address balance share firstSeen lastActive }
  holderDistribution {
    holderCount negativeBalanceCount top10Share top25Share top50Share top100Share top250Share top500Share
    bands { name minShare maxShare holderCount balance }
  }
  metrics(period: LAST_90_DAYS) {
    period from to
    growth { txCount previousTxCount txCountChange newWallets cumulativeWallets cumulativeTxCount }
    volume { total previousTotal totalChange dailyAverage largestDay largestDayAmount }
    activity { uniqueWallets averageDailyWallets averageDailyTxCount busiestHour busiestHourTxCount }
  }
  transactionActivity(first: 100) {
    totalCount
    nodes { timestamp transactionHash logIndex blockNumber fromAddress toAddress amount kind isSuccess }
  }
} }`;

/** Numbers as text and addresses in lower case: JSON of GraphQL says both in more than one way. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^0x/i.test(value) ? value.toLowerCase() : value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
