import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadCursorError } from '../../src/errors.js';
import { createReader } from '../../src/loaders/reader.js';
import { PaymentRuleKind } from '../../src/models/enums.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import type { TransactionActivityConnection } from '../../src/models/transaction-activity-connection.js';
import { encodeCursor } from '../../src/relations/cursor.js';
import type { Reader } from '../../src/relations/relation.js';
import { transactionActivity } from '../../src/relations/transaction-activity.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { explainAll } from '../support/explain.js';
import { loadLedger, snapshotOf } from '../support/load-ledger.js';
import { transfersOf } from '../support/oracle-answers.js';
import { createOracle, type Ledger, type Oracle } from '../support/oracle-numbers.js';
import { shown } from '../support/relation-answers.js';
import { steadyLedger } from '../support/steady-ledger.js';

const zero = `0x${'0'.repeat(40)}`;
const day = 86_400_000;

describe('Pages of transfers', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let read: Reader;
  let token: TokenSnapshot;
  let oracle: Oracle;
  let ledger: Ledger;

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    const steady = steadyLedger(1);
    // Times that have nothing to do with positions, self transfers, and a day with more rows than a short window may hold.
    const busy = Array.from({ length: 1_200 }, (_, i) => ({
      block: 50_000 + i,
      log: 7,
      time: Date.UTC(2025, 5, 1) + ((i * 7_919) % 1_200) * 60_000,
      hash: null,
      from: i % 3 === 0 ? zero : `0x${'12'.repeat(20)}`,
      to: `0x${(i % 2 === 0 ? '12' : '13').repeat(20)}`,
      value: BigInt(i),
      success: true,
      methodId: null,
    }));
    const swapped = steady.transfers.map((row, i) => ({
      ...row,
      time: steady.transfers[(i * 77) % 300]?.time ?? row.time,
    }));
    ledger = { ...steady, transfers: [...swapped, ...busy] };
    oracle = createOracle(ledger);
    token = await snapshotOf(test.database, await loadLedger(test.database, ledger));
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    read = createReader({ database: counted.database, settings: test.config.answers, limits });
  });
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const page = async (args: object): Promise<TransactionActivityConnection> => {
    counted.reset();
    const rows = await transactionActivity.load([token], transactionActivity.normalize(args, read.settings), read);
    return rows[0] as TransactionActivityConnection;
  };

  const start = steadyLedger(1).transfers[0]?.time ?? 0;
  const at = (days: number): string => new Date(start + days * day).toISOString();
  const filters = [
    {},
    { kind: 'MINT' },
    { address: `0x${'12'.repeat(20)}` },
    { address: zero, kind: 'MINT' },
    { from: at(10), to: at(20) },
    { from: at(10), kind: 'TRANSFER' },
    { to: at(50), address: `0x${'13'.repeat(20)}` },
    { from: '2025-06-01T00:00:00.000Z' },
    { from: '2025-06-01T00:00:00.000Z', to: '2025-06-01T18:59:00.000Z', address: `0x${'12'.repeat(20)}` },
    { from: '2031-01-01T00:00:00.000Z' },
  ];

  it.each(filters)('put together are the whole list, each transfer once: %j', async (filter) => {
    const wanted = transfersOf(oracle, filter);
    const first = Math.max(7, Math.ceil(wanted.length / 9));
    const pages: TransactionActivityConnection[] = [];
    for (let after: string | null = null; pages.length === 0 || after !== null; ) {
      const next: TransactionActivityConnection = await page({ ...filter, first, after });
      expect(next.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(next.edges.map(({ node }) => node)).toEqual(next.nodes);
      expect(next.pageInfo.startCursor).toBe(next.edges[0]?.cursor ?? null);
      expect(next.pageInfo.endCursor).toBe(next.edges.at(-1)?.cursor ?? null);
      pages.push(next);
      after = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
    }
    expect(pages.flatMap(shown)).toEqual(wanted);
  });

  it('read a short window of disordered times by time, and a long one by position', async () => {
    expect(token.timesInOrder).toBe(false);
    await page({ from: at(10), to: at(20) });
    expect(counted.reads).toEqual(['aggregate tokens']);
    const [, plan] = await explainAll(test.database, counted.commands[0] ?? {}, { id: token.id });
    expect(plan?.plan).toContain('"tokenId_time_position"');
    await page({ from: '2025-06-01T00:00:00.000Z' });
    expect(counted.reads).toEqual(['aggregate tokens', 'aggregate tokens']);
  });

  it.each([
    '',
    'x',
    'null',
    '0',
    'a'.repeat(100_000),
    encodeCursor('tokens', [1, 2]),
    encodeCursor('transactionActivity', [1]),
    encodeCursor('transactionActivity', [1, 2, 3]),
    `${encodeCursor('transactionActivity', [1, 2])}=`,
    ` ${encodeCursor('transactionActivity', [1, 2])}`,
    Buffer.from('1:2:abcdefgh').toString('base64url'),
    encodeCursor('transactionActivity', [1.5, 2]),
    encodeCursor('transactionActivity', [-1, 2]),
  ])('refuse a cursor that they did not give out', async (after) => {
    await expect(page({ after })).rejects.toThrow(BadCursorError);
  });
});

describe('Old windows of a long history', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let read: Reader;
  let token: TokenSnapshot;
  const start = Date.UTC(2025, 0, 1);
  const wallet = (n: number): string => `0x${String(10 + n).repeat(20)}`;
  const ledger: Ledger = {
    decimals: 18,
    transfers: Array.from({ length: 20_000 }, (_, i) => ({
      // Three rows a block, and two blocks of one time now and then.
      block: 100 + Math.floor(i / 3),
      log: i % 3,
      time: start + (Math.floor(i / 3) - (Math.floor(i / 3) % 5 === 1 ? 1 : 0)) * 180_000,
      hash: null,
      from: i % 500 === 0 ? zero : wallet(i % 20),
      to: wallet((i * 7) % 20),
      value: 1n,
      success: true,
      methodId: null,
    })),
    prices: [],
    openings: new Map(Array.from({ length: 20 }, (_, n) => [wallet(n), 10n ** 6n])),
    paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
  };
  const oracle = createOracle(ledger);

  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    token = await snapshotOf(test.database, await loadLedger(test.database, ledger));
    const limits = { deadlineAt: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 };
    read = createReader({ database: counted.database, settings: test.config.answers, limits });
  }, 60_000);
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const at = (days: number): string => new Date(start + days * day).toISOString();
  const old = { from: at(1), to: at(5) };

  it.each([
    { ...old, first: 1 },
    { ...old, first: 20 },
    { to: at(3), first: 20 },
    { from: at(2), first: 20 },
    { from: at(1), to: at(1.001), first: 20 },
    { ...old, kind: 'MINT', first: 3 },
    { ...old, address: wallet(3), first: 5 },
    { ...old, first: 20, after: encodeCursor('transactionActivity', [1_500, 0]) },
    { ...old, first: 20, after: encodeCursor('transactionActivity', [580, 1]) },
    { ...old, first: 20, after: encodeCursor('transactionActivity', [6_000, 1]) },
    { from: at(400), first: 20 },
    { to: at(-1), first: 20 },
  ])('are read with one command that looks at a handful of rows: %j', async (args: object) => {
    expect(token.timesInOrder).toBe(true);
    counted.reset();
    const page = transactionActivity.normalize(args, read.settings);
    const [answer] = await transactionActivity.load([token], page, read);
    expect(counted.reads).toEqual(['aggregate tokens']);
    const inWindow = ledger.transfers.filter(
      ({ time }) => time >= Date.parse(page.from ?? at(-9)) && time <= Date.parse(page.to ?? at(999)),
    );
    const behind = transfersOf(oracle, args).filter(
      ({ blockNumber, logIndex }) =>
        page.afterBlock === null ||
        blockNumber < page.afterBlock ||
        (blockNumber === page.afterBlock && logIndex < (page.afterLog ?? 0)),
    );
    expect(shown(answer as TransactionActivityConnection)).toEqual(behind.slice(0, page.first));
    const bounds = { lower: inWindow[0]?.block ?? Number.MAX_SAFE_INTEGER, upper: inWindow.at(-1)?.block ?? -1 };
    const variables = { id: token.id, ...bounds };
    const plans = await explainAll(test.database, counted.commands[0] ?? {}, variables, 'executionStats');
    expect(plans.length).toBeGreaterThan(3);
    for (const { examined, command } of plans) {
      // The server reads ahead a little; a page has 21 rows at most.
      expect(examined?.docs, command).toBeLessThanOrEqual(50);
      expect(examined?.keys, command).toBeLessThanOrEqual(50);
    }
  });
});
