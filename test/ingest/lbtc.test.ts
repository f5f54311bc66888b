import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zeroAddress } from '../../src/models/address.js';
import { decodeAmount } from '../../src/models/amount.js';
import { dayOf, hourOf } from '../../src/models/calendar.js';
import { importFiles } from '../../src/services/import-service.js';
import type { ImportSummary } from '../../src/services/import-summary.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest } from './support.js';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'lbtc');
const present = existsSync(folder);
if (!present) process.stderr.write('Skipped: LBTC against real data, because ../shared/data/lbtc is not there.\n');

describe.runIf(present)('LBTC, imported from its file with opening balances', () => {
  let test: TestDatabase;
  let temp: string;
  let summary: ImportSummary;
  const opening = new Map<string, bigint>();
  const closing = new Map<string, bigint>();

  beforeAll(async () => {
    test = await createTestDatabase();
    temp = await mkdtemp(join(tmpdir(), 'lbtc-'));
    for (const row of readTable('lbtc-balances-at-22200000.csv.gz')) {
      if (row.account !== zeroAddress) closing.set(row.account ?? '', BigInt(row.balance_ponder ?? ''));
    }
    for (const [address, balance] of closing) opening.set(address, balance);
    for (const { from_address: from = '', to_address: to = '', value_raw: value = '' } of readTable(
      'lbtc-transfers.csv.gz',
    )) {
      opening.set(from, (opening.get(from) ?? 0n) + BigInt(value));
      opening.set(to, (opening.get(to) ?? 0n) - BigInt(value));
    }
    const lines = [...opening].map(([address, balance]) => `${address},${address === zeroAddress ? '' : balance}`);
    await writeFile(join(temp, 'openings.csv'), `address,balance_raw\n${lines.join('\n')}\n`);
    summary = await importFiles(
      {
        ...createIngest(test.database),
        tokens: createIngest(test.database).service,
        database: test.database,
        tempDir: temp,
      },
      {
        files: [join(folder, 'lbtc-transfers.csv.gz')],
        address: '0x8236a87084f8B84306f72007F36F2618A5634494',
        symbol: 'LBTC',
        decimals: 8,
        chainId: 1,
        openingBalances: join(temp, 'openings.csv'),
      },
    );
  }, 240_000);
  afterAll(async () => {
    await test.close();
    await rm(temp, { recursive: true });
  });

  it('reads 12,165 rows, and tells of the row of the zero address that it skips', () => {
    expect(summary).toMatchObject({ read: 12_165, new: 12_165, known: 0, refused: 0 });
    expect(summary.notices.join()).toContain('the zero address has no opening balance');
  });

  it('agrees with all 355 rollup rows in every column that has a field', async () => {
    const tokenId = summary.tokens[0]?.id ?? '';
    const { models } = test.database;
    const days = new Map((await models.dailyCumulativeMetrics.find({ tokenId }).lean()).map((row) => [row.date, row]));
    const wallets = new Map((await models.dailyUniqueWallets.find({ tokenId }).lean()).map((row) => [row.date, row]));
    const hours = await models.hourlyActivity.find({ tokenId }).lean();
    const hourOfKey = new Map(hours.map((row) => [`${row.date} ${row.hour}`, row]));
    const weeks = new Map(
      (await models.weeklyPayments.find({ tokenId }).lean()).map((row) => [row.weekStartDate, row]),
    );
    const token = await models.tokens.findOne({ _id: tokenId }).lean();
    const zeroSenders = mintsBy();
    const checked = { hour: 0, day: 0, week: 0, all: 0 };
    for (const row of readTable('lbtc-rollups.csv.gz')) {
      const grain = row.grain as keyof typeof checked;
      const start = new Date(row.bucket_start_utc ?? '');
      const [transfers, volume] = [Number(row.transfers), BigInt(row.volume_raw ?? '')];
      const unique = Number(row.unique_addresses_without_zero);
      checked[grain] += 1;
      if (grain === 'hour') {
        const hour = hourOfKey.get(`${dayOf(start)} ${hourOf(start)}`);
        const found = [hour?.transactionCount, decodeAmount(hour?.totalVolume ?? ''), hour?.uniqueWallets];
        expect(found, row.bucket_start_utc).toEqual([transfers, volume, unique]);
      } else if (grain === 'day') {
        const date = dayOf(start);
        const day = days.get(date);
        expect(
          {
            transfers: day?.dailyTxCount,
            transactions: day?.distinctTransactionCount,
            volume: decodeAmount(day?.dailyTxAmount ?? ''),
            mints: [day?.mintCount, decodeAmount(day?.mintAmount ?? '')],
            burns: [day?.burnCount, decodeAmount(day?.burnAmount ?? '')],
            unique: wallets.get(date)?.uniqueWalletCount,
            senders: wallets.get(date)?.activeWallets,
          },
          date,
        ).toEqual({
          transfers,
          transactions: Number(row.transactions),
          volume,
          mints: [Number(row.mint_count), BigInt(row.mint_raw ?? '')],
          burns: [Number(row.burn_count), BigInt(row.burn_raw ?? '')],
          unique,
          senders: Number(row.unique_from) - (zeroSenders.has(date) ? 1 : 0),
        });
      } else if (grain === 'week') {
        const payments = weeks.get(dayOf(start));
        const moved = [
          Number(row.mint_count) + Number(row.burn_count),
          BigInt(row.mint_raw ?? '') + BigInt(row.burn_raw ?? ''),
        ] as const;
        const found = [payments?.paymentCount, decodeAmount(payments?.totalPaymentsAmount ?? '')];
        expect(found, row.bucket_start_utc).toEqual([transfers - moved[0], volume - moved[1]]);
      } else {
        expect([token?.totals.txCount, decodeAmount(token?.totals.txAmount ?? '')]).toEqual([transfers, volume]);
        expect([token?.totals.mintRows, token?.totals.burnRows]).toEqual([
          Number(row.mint_count),
          Number(row.burn_count),
        ]);
      }
    }
    expect(Object.values(checked).reduce((sum, count) => sum + count, 0)).toBe(355);
    expect([hours.length, days.size]).toEqual([checked.hour, checked.day]);
  });

  it('ends with all 2,684 balances of the chain', async () => {
    const tokenId = summary.tokens[0]?.id ?? '';
    const rows = await test.database.models.holders.find({ tokenId }).lean();
    const found = new Map(rows.map(({ address, balance }) => [address, decodeAmount(balance)]));
    expect(closing.size).toBe(2_684);
    for (const [address, balance] of closing) expect(found.get(address) ?? 0n, address).toBe(balance);
    const token = await test.database.models.tokens.findOne({ _id: tokenId }).lean();
    const held = [...closing.values()].filter((balance) => balance > 0n);
    expect(token?.totals).toMatchObject({ holderCount: held.length, negativeBalanceCount: 0 });
    expect(decodeAmount(token?.totals.supply ?? '')).toBe(held.reduce((sum, balance) => sum + balance, 0n));
  });

  it('is clean in an audit', async () => {
    expect(await auditAll(test.database)).toEqual([]);
  });
});

/** Days with a mint: there the zero address is one of the senders that the table counts. */
function mintsBy(): Set<string> {
  const days = new Set<string>();
  for (const { from_address: from, block_timestamp: time } of readTable('lbtc-transfers.csv.gz')) {
    if (from === zeroAddress) days.add(dayOf(Number(time) * 1_000));
  }
  return days;
}

function readTable(name: string): Array<Record<string, string>> {
  const [header = '', ...lines] = gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .trim()
    .split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])));
}
