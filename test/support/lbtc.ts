import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PaymentRuleKind } from '../../src/models/enums.js';
import type { Ledger, LedgerTransfer } from './oracle-numbers.js';

const folder = join(process.cwd(), '../shared/data/lbtc');

/** Its transfers as they are imported, and its contract. */
export const lbtcFile = join(folder, 'lbtc-transfers.csv.gz');
export const lbtcAddress = '0x8236a87084f8B84306f72007F36F2618A5634494';

/** Undefined where the real data is there, else why tests of it cannot run. */
export const lbtcMissing = existsSync(folder) ? undefined : `no real data in ${folder}`;

/** All transfers of LBTC in 100,000 blocks, with the opening balances that its closing balances leave. */
export function readLbtc(): { ledger: Ledger; closing: Map<string, bigint>; rollups: Array<Record<string, string>> } {
  const transfers: LedgerTransfer[] = rows('lbtc-transfers.csv.gz').map((row) => ({
    block: Number(row.block_number),
    log: Number(row.log_index),
    time: Number(row.block_timestamp) * 1000,
    hash: row.transaction_hash ?? null,
    from: row.from_address ?? '',
    to: row.to_address ?? '',
    value: BigInt(row.value_raw ?? ''),
    success: true,
    methodId: null,
  }));
  const zero = `0x${'0'.repeat(40)}`;
  const closing = new Map(
    rows('lbtc-balances-at-22200000.csv.gz')
      .filter(({ account }) => account !== zero)
      .map(({ account = '', balance_ponder = '' }) => [account, BigInt(balance_ponder)]),
  );
  const openings = new Map(closing);
  for (const { from, to, value } of transfers) {
    if (from !== zero) openings.set(from, (openings.get(from) ?? 0n) + value);
    if (to !== zero) openings.set(to, (openings.get(to) ?? 0n) - value);
  }
  for (const [address, balance] of openings) if (balance === 0n) openings.delete(address);
  const paymentRule = { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] };
  return {
    ledger: { decimals: 8, transfers, prices: [], openings, paymentRule },
    closing,
    rollups: rows('lbtc-rollups.csv.gz'),
  };
}

function rows(file: string): Array<Record<string, string>> {
  const [header = '', ...lines] = gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .trim()
    .split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}
