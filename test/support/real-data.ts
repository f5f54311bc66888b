import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PaymentRuleKind } from '../../src/models/enums.js';
import type { Ledger } from './oracle-numbers.js';

const folder = join(import.meta.dirname, '../../../shared/data/lbtc');

/** The transfers of a real token beside the project, with balances and rollups that others computed; `reason` says why they are missing. */
export const realData = existsSync(folder)
  ? { file: join(folder, 'lbtc-transfers.csv.gz'), address: '0x8236a87084f8B84306f72007F36F2618A5634494', decimals: 8 }
  : { reason: `no real transfers in ${folder}` };

/** Rows of one of its files as records by header name. */
export function readRealRows(name: 'transfers' | 'rollups' | 'balances-at-22200000'): Array<Record<string, string>> {
  const [header = '', ...lines] = gunzipSync(readFileSync(join(folder, `lbtc-${name}.csv.gz`)))
    .toString()
    .trim()
    .split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])));
}

/** The first `count` transfers as a ledger; its openings are the closing balances less the net change of all transfers. */
export function realLedger({ count = Number.POSITIVE_INFINITY }: { count?: number } = {}): Ledger {
  const rows = readRealRows('transfers');
  const openings = new Map<string, bigint>();
  for (const { account = '', balance_ponder: balance = '' } of readRealRows('balances-at-22200000')) {
    if (balance !== '') openings.set(account.toLowerCase(), BigInt(balance));
  }
  const move = (address: string, value: bigint) => openings.set(address, (openings.get(address) ?? 0n) - value);
  for (const { from_address: from = '', to_address: to = '', value_raw: value = '' } of rows) {
    move(from, -BigInt(value));
    move(to, BigInt(value));
  }
  openings.delete(`0x${'0'.repeat(40)}`);
  return {
    decimals: 8,
    prices: [],
    paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
    openings,
    transfers: rows.slice(0, count).map((row) => ({
      block: Number(row.block_number),
      log: Number(row.log_index),
      time: Number(row.block_timestamp) * 1000,
      hash: row.transaction_hash ?? null,
      from: row.from_address ?? '',
      to: row.to_address ?? '',
      value: BigInt(row.value_raw ?? ''),
      success: true,
      methodId: null,
    })),
  };
}
