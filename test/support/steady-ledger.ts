import { PaymentRuleKind } from '../../src/models/enums.js';
import type { Ledger, LedgerTransfer } from './oracle-numbers.js';

/** A history with something in every window: 100 days, three transfers a day, 25 wallets, a price every 8 hours. Seeds differ in everything. */
export function steadyLedger(seed: number): Ledger {
  const start = Date.UTC(2025, 0, 1 + seed, 3 + seed, 7 * seed);
  const wallet = (n: number): string => `0x${String(10 + (n % 25)).repeat(20)}`;
  const transfers: LedgerTransfer[] = Array.from({ length: 300 }, (_, i) => ({
    block: 1000 * seed + 10 * i,
    log: i % 4,
    time: start + i * 8 * 3_600_000,
    hash: `0x${String(i).padStart(64, '0')}`,
    from: i % 5 === 0 ? `0x${'0'.repeat(40)}` : wallet(i * 7 + seed),
    to: i % 31 === 30 ? `0x${'0'.repeat(40)}` : wallet(i * 3 + 1),
    value: BigInt(1 + ((i * 7919 + seed * 104_729) % 1_000_003)) * 10n ** 12n,
    success: i % 23 !== 0,
    methodId: null,
  }));
  return {
    decimals: 18,
    transfers,
    prices: transfers.map(({ time }, i) => ({ time, price: String(1 + (i % 7)), volume: String(i) })),
    openings: new Map(Array.from({ length: 25 }, (_, n) => [wallet(n), BigInt(n + 1) * 10n ** 20n])),
    paymentRule: { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
  };
}
