import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lbtcAddress, lbtcFile, lbtcMissing, readLbtc } from '../support/lbtc.js';
import { prepareOracle, type Oracle as SecondServer, startOracle } from '../support/oracle.js';
import { distributionOf, metricsOf, transfersOf } from '../support/oracle-answers.js';
import { createOracle, type Oracle } from '../support/oracle-numbers.js';
import { type RunningGateway, runCli, startProgram } from '../support/program.js';
import { type OwnRedis, startRedis } from '../support/redis.js';

/** The second server sorts in memory and answers one command after another: its slowness is not what is tested. */
const patience = {
  MONGODB_TIMEOUT_MS: '60000',
  MONGODB_WAIT_QUEUE_MS: '60000',
  MONGODB_SELECTION_MS: '60000',
  REQUEST_DEADLINE_MS: '60000',
  MONGODB_POOL: '4',
};
const all = Number.POSITIVE_INFINITY;
const secondServer = await prepareOracle();
const cases = [
  { store: 'embedded + memory', rows: all, redis: false, mongodb: false },
  { store: 'embedded + Redis', rows: all, redis: true, mongodb: false },
  ...('reason' in secondServer
    ? []
    : [{ store: 'second MongoDB server + Redis', rows: 2_000, redis: true, mongodb: true }]),
];
if ('reason' in secondServer) console.warn(`Skipped on a second MongoDB server: ${secondServer.reason}`);
if (lbtcMissing) console.warn(`Skipped: ${lbtcMissing}`);

describe.skipIf(lbtcMissing !== undefined).each(cases)(
  'LBTC through the command line and GraphQL on $store',
  ({ rows, redis, mongodb }) => {
    let folder: string;
    let ownRedis: OwnRedis | undefined;
    let server: SecondServer | undefined;
    let environment: Record<string, string>;
    let gateway: RunningGateway;
    let oracle: Oracle;
    let summary: { read: number; new: number; known: number; refused: number };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'acceptance-'));
      ownRedis = redis ? await startRedis() : undefined;
      server = mongodb ? await startOracle() : undefined;
      environment = {
        DATA_DIR: join(folder, 'data'),
        ...(ownRedis ? { REDIS_URL: ownRedis.url } : {}),
        ...(server ? { MONGODB_URI: server.uri.replace('/?', '/acceptance?'), ...patience } : {}),
      };
      oracle = createOracle(firstOf(rows));
      summary = await importInto({ folder, environment, rows, oracle });
      gateway = await startProgram({ environment });
    }, 180_000);
    afterAll(async () => {
      await gateway?.stop();
      await ownRedis?.stop();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it('takes in every row', () => {
      const count = oracle.good.length;
      expect(summary).toMatchObject({ read: count, new: count, known: 0, refused: 0 });
    });

    it('answers every field with the exact number', async () => {
      const { data, errors } = await gateway.ask(everything);
      expect(errors, gateway.log).toBeUndefined();
      expect(plain(data?.token)).toEqual(plain(expected(oracle)));
    });

    it('answers the same from the cache, and says so', async () => {
      const first = await gateway.ask(everything);
      const again = await gateway.ask(everything, { headers: { 'x-freshness': '1' } });
      expect(again.data).toEqual(first.data);
      const outcomes = again.extensions?.freshness?.map(({ outcome }) => outcome) ?? [];
      expect(outcomes.length).toBeGreaterThan(15);
      expect(new Set(outcomes)).toEqual(new Set(['hit']));
    });

    it('finds nothing to mend', async () => {
      const { code, output } = await runCli({ args: ['verify', '--json'], environment });
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    }, 120_000);

    if (redis) {
      it('answers the same while Redis is killed in the middle', async () => {
        const before = await gateway.ask(everything);
        const running = Array.from({ length: mongodb ? 2 : 20 }, () => gateway.ask(everything));
        await ownRedis?.kill();
        for (const answer of [...(await Promise.all(running)), await gateway.ask(everything)]) {
          expect(answer.errors, gateway.log).toBeUndefined();
          expect(answer.data).toEqual(before.data);
        }
      }, 120_000);
    }

    it('ends with 0', async () => {
      expect(await gateway.stop()).toBe(0);
    });
  },
);

/** The first transfers; what was there before them does not change with their number. */
function firstOf(rows: number) {
  const { ledger } = readLbtc();
  return { ...ledger, transfers: ledger.transfers.slice(0, rows) };
}

/** Imports as a user does: the packed file and a file of opening balances. */
async function importInto({
  folder,
  environment,
  rows,
  oracle,
}: {
  folder: string;
  environment: Record<string, string>;
  rows: number;
  oracle: Oracle;
}) {
  let file = lbtcFile;
  if (rows !== all) {
    file = join(folder, 'first.csv.gz');
    const lines = gunzipSync(readFileSync(lbtcFile)).toString().split('\n');
    await writeFile(file, gzipSync(`${lines.slice(0, rows + 1).join('\n')}\n`));
  }
  const openings = join(folder, 'openings.csv');
  const balances = [...oracle.ledger.openings].map(([address, balance]) => `${address},${balance}`);
  await writeFile(openings, `address,balance_raw\n${balances.join('\n')}\n`);
  const token = [
    '--address',
    lbtcAddress,
    '--symbol',
    'LBTC',
    '--name',
    'Lombard BTC',
    '--decimals',
    '8',
    '--chain-id',
    '1',
  ];
  const { code, output, errors } = await runCli({
    args: ['import', file, ...token, '--opening-balances', openings, '--json'],
    environment,
  });
  if (code !== 0) throw new Error(`import ended with ${code}: ${output}${errors}`);
  return JSON.parse(output) as { read: number; new: number; known: number; refused: number };
}

const days = 'date filled partial';
const daily = `${days} cumulativeTxCount cumulativeTxAmount dailyTxCount dailyTxAmount distinctTransactionCount mintCount mintAmount burnCount burnAmount`;
const wallets = `${days} uniqueWalletCount newWallets activeWallets cumulativeWallets`;
const hourly = `${days} hour transactionCount totalVolume uniqueWallets`;
const metrics = `period from to
  growth { txCount previousTxCount txCountChange newWallets cumulativeWallets cumulativeTxCount }
  volume { total previousTotal totalChange dailyAverage largestDay largestDayAmount }
  activity { uniqueWallets averageDailyWallets averageDailyTxCount busiestHour busiestHourTxCount }`;
const transfers = `totalCount nodes { timestamp transactionHash logIndex blockNumber fromAddress toAddress amount kind isSuccess }`;

const everything = `{ token(symbol: "lbtc") {
  symbol decimals chainId totalSupply holderCount
  daily: dailyMetrics { ${daily} } dailyPart: dailyMetrics(from: "2025-03-24", to: "2025-03-30") { ${daily} }
  wallets: uniqueWallets { ${wallets} } walletsPart: uniqueWallets(period: LAST_7_DAYS) { ${wallets} }
  hourly: hourlyActivity(period: LAST_30_DAYS) { ${hourly} } hourlyPart: hourlyActivity(from: "2025-03-25", to: "2025-03-26") { ${hourly} }
  weeks: weeklyPayments { weekStartDate totalPaymentsAmount paymentCount averagePayment filled partial }
  projections: paymentProjections { weekStartDate expectedAmount lowerBound upperBound }
  holders(limit: 1000) { rank address balance share firstSeen lastActive }
  distribution: holderDistribution { holderCount negativeBalanceCount top10Share top25Share top50Share top100Share top250Share top500Share
    bands { name minShare maxShare holderCount balance } }
  week: metrics(period: LAST_7_DAYS) { ${metrics} } month: metrics { ${metrics} }
  latest: transactionActivity(first: 500) { ${transfers} }
  mints: transactionActivity(first: 500, kind: MINT) { ${transfers} }
  since: transactionActivity(first: 500, from: "2025-03-22T06:00:00Z", to: "2025-03-22T09:00:00Z") { ${transfers} }
  latestPrice { price } priceData { price }
} }`;

function expected(oracle: Oracle) {
  const page = (filter: object) => {
    const found = transfersOf(oracle, filter);
    return { totalCount: found.length, nodes: found.slice(0, 500) };
  };
  return {
    symbol: 'LBTC',
    decimals: 8,
    chainId: 1,
    totalSupply: oracle.show(oracle.supply),
    holderCount: oracle.holders.length,
    daily: oracle.dailyMetrics({}),
    dailyPart: oracle.dailyMetrics({ from: '2025-03-24', to: '2025-03-30' }),
    wallets: oracle.uniqueWallets({}),
    walletsPart: oracle.uniqueWallets({ period: 'LAST_7_DAYS' }),
    hourly: oracle.hourlyActivity({ period: 'LAST_30_DAYS' }),
    hourlyPart: oracle.hourlyActivity({ from: '2025-03-25', to: '2025-03-26' }),
    weeks: oracle.weeklyPayments({}),
    projections: oracle.paymentProjections({}),
    holders: oracle.holderList({ limit: 1000 }),
    distribution: distributionOf(oracle),
    week: metricsOf(oracle, { period: 'LAST_7_DAYS' }),
    month: metricsOf(oracle, {}),
    latest: page({}),
    mints: page({ kind: 'MINT' }),
    since: page({ from: '2025-03-22T06:00:00.000Z', to: '2025-03-22T09:00:00.000Z' }),
    latestPrice: null,
    priceData: [],
  };
}

/** Numbers as text and addresses in lower case: the two ways in which an answer is written otherwise than the oracle's figures. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^0x[0-9a-f]{40}$/i.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
