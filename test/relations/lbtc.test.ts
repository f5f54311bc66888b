import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../src/loaders/reader.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import { innerRelations, relations } from '../../src/relations/index.js';
import type { Reader } from '../../src/relations/relation.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { lbtcMissing, readLbtc } from '../support/lbtc.js';
import { loadLedger, snapshotOf } from '../support/load-ledger.js';
import { answerOf } from '../support/oracle-answers.js';
import { decimal } from '../support/oracle-arithmetic.js';
import { createOracle, type Oracle } from '../support/oracle-numbers.js';
import { answersBy } from '../support/relation-answers.js';

if (lbtcMissing) console.warn(`SKIPPED real data: ${lbtcMissing}`);

describe.skipIf(lbtcMissing)('Real transfers of LBTC', () => {
  let test: TestDatabase;
  let read: Reader;
  let token: TokenSnapshot;
  let oracle: Oracle;
  let data: ReturnType<typeof readLbtc>;

  beforeAll(async () => {
    data = readLbtc();
    test = await createTestDatabase();
    token = await snapshotOf(test.database, await loadLedger(test.database, data.ledger));
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    read = createReader({ database: test.database, settings: { ...test.config.answers, maxLimit: 10_000 }, limits });
    oracle = createOracle(data.ledger);
  }, 180_000);
  afterAll(() => test?.close());

  const ask = async (name: string, args: object): Promise<unknown> => {
    const relation = [...relations, ...innerRelations].find((one) => one.name === name);
    if (!relation) throw new Error(`no relation ${name}`);
    return (await answersBy({ relation, tokens: [token], args, read }))[0];
  };

  it('have every balance that the chain had, in the order of holders', async () => {
    const holders = (await ask('holders', { limit: 10_000 })) as Array<{ address: string; balance: string }>;
    const above = [...data.closing].filter(([, balance]) => balance > 0n);
    expect(data.closing.size).toBe(2_684);
    expect(new Map(holders.map(({ address, balance }) => [address, balance]))).toEqual(
      new Map(above.map(([address, balance]) => [address, decimal(balance, 8)])),
    );
    expect(holders).toEqual(answerOf(oracle, 'holders', { limit: 10_000 }));
    const zeros = [...data.closing].filter(([, balance]) => balance === 0n).map(([address]) => address);
    const stored = await test.database.models.holders.find({ tokenId: token.id, address: { $in: zeros } }).lean();
    expect(stored.every(({ balance }) => balance === '1010')).toBe(true);
  });

  it('agree with rollups that others computed, in all 355 rows and every column that has a field', async () => {
    const window = { from: '2025-03-22', to: '2025-04-05' };
    const days = (await ask('dailyMetrics', window)) as Array<Record<string, unknown>>;
    const wallets = (await ask('uniqueWallets', window)) as Array<Record<string, unknown>>;
    const hours = (await ask('hourlyActivity', window)) as Array<Record<string, unknown>>;
    const at = (row: Record<string, string>): string => row.bucket_start_utc ?? '';
    const amount = (cell: string | undefined): string => decimal(BigInt(cell ?? ''), 8);
    let compared = 0;
    for (const row of data.rollups) {
      const numbers = { transfers: Number(row.transfers), wallets: Number(row.unique_addresses_without_zero) };
      compared += 1;
      if (row.grain === 'hour') {
        const hour = hours.find(
          (one) => one.date === at(row).slice(0, 10) && one.hour === Number(at(row).slice(11, 13)),
        );
        expect(hour).toMatchObject({
          transactionCount: numbers.transfers,
          totalVolume: amount(row.volume_raw),
          uniqueWallets: numbers.wallets,
        });
      } else if (row.grain === 'day') {
        const date = at(row).slice(0, 10);
        expect(days.find((one) => one.date === date)).toMatchObject({
          dailyTxCount: numbers.transfers,
          distinctTransactionCount: Number(row.transactions),
          dailyTxAmount: amount(row.volume_raw),
          mintCount: Number(row.mint_count),
          mintAmount: amount(row.mint_raw),
          burnCount: Number(row.burn_count),
          burnAmount: amount(row.burn_raw),
        });
        // unique_from counts the zero address on days with a mint, activeWallets never does.
        const senders = Number(row.unique_from) - (Number(row.mint_count) > 0 ? 1 : 0);
        expect(wallets.find((one) => one.date === date)).toMatchObject({
          uniqueWalletCount: numbers.wallets,
          activeWallets: senders,
        });
      } else if (row.grain === 'week') {
        const weeks = (await ask('weeklyPayments', { weeks: 3 })) as Array<Record<string, unknown>>;
        const payments = BigInt(row.volume_raw ?? '') - BigInt(row.mint_raw ?? '') - BigInt(row.burn_raw ?? '');
        expect(weeks.find((one) => one.weekStartDate === at(row).slice(0, 10))).toMatchObject({
          paymentCount: numbers.transfers - Number(row.mint_count) - Number(row.burn_count),
          totalPaymentsAmount: decimal(payments, 8),
        });
      } else {
        expect(days.at(-1)).toMatchObject({
          cumulativeTxCount: numbers.transfers,
          cumulativeTxAmount: amount(row.volume_raw),
        });
        const all = (await ask('metrics', { period: 'LAST_30_DAYS' })) as { activity: { uniqueWallets: number } };
        expect(all.activity.uniqueWallets).toBe(numbers.wallets);
      }
    }
    expect(compared).toBe(355);
  });

  const day = (n: number): string => `2025-0${n > 31 ? 4 : 3}-${String(n > 31 ? n - 31 : n).padStart(2, '0')}`;
  const windows = [
    {},
    { period: 'LAST_7_DAYS' },
    { from: day(30) },
    { to: day(25) },
    { from: day(28), to: day(33) },
    { from: day(36), to: day(40) },
  ];
  const periods = ['LAST_7_DAYS', 'LAST_30_DAYS', 'LAST_90_DAYS'].map((period) => ({ period }));
  const everybody = { address: null, kind: null, from: null, to: null };
  const cases: Record<string, object[]> = {
    dailyMetrics: windows,
    uniqueWallets: windows,
    hourlyActivity: windows,
    weeklyPayments: [{}, { weeks: 1 }, { weeks: 2 }],
    paymentProjections: [{}],
    holderDistribution: [{}],
    metrics: periods,
    transactionActivity: [
      {},
      { first: 500, kind: 'MINT' },
      { kind: 'BURN', to: '2025-03-25T12:00:00.000Z' },
      { first: 500, from: '2025-03-25T00:00:00.000Z', to: '2025-03-25T11:59:59.999Z' },
      { address: '0x9008d19f58aabd9ed0d60971565aa8510560ab41' },
    ],
    transactionActivityCount: [
      everybody,
      { ...everybody, kind: 'MINT' },
      { ...everybody, to: '2025-03-25T12:00:00.000Z' },
      { ...everybody, address: '0x9008d19f58aabd9ed0d60971565aa8510560ab41' },
    ],
  };
  for (const [name, list] of Object.entries(cases)) {
    it(`answer ${name} like a naive computation, for whole and partial windows`, async () => {
      for (const args of list)
        expect({ args, answer: await ask(name, args) }).toEqual({ args, answer: answerOf(oracle, name, args) });
    });
  }
});
