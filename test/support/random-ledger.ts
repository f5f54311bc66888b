import fc from 'fast-check';
import { PaymentRuleKind } from '../../src/models/enums.js';
import type { PaymentRule } from '../../src/models/payment-rule.js';
import type { Ledger, LedgerTransfer } from './oracle-numbers.js';

const zero = `0x${'0'.repeat(40)}`;
const wallet = (n: number): string => `0x${String(n).repeat(40)}`;
const addresses = [zero, ...[1, 2, 3, 4, 5, 6].map(wallet)];
const selectors = ['0xaaaaaaaa', '0xbbbbbbbb'];
const hour = 3_600_000;

const event = fc.record({
  // Nothing, minutes, hours, days or a silent month between two blocks.
  gap: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 90 * 60_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: hour, max: 60 * hour }) },
    { weight: 1, arbitrary: fc.integer({ min: 5 * 24 * hour, max: 40 * 24 * hour }) },
  ),
  sameBlock: fc.boolean(),
  from: fc.constantFrom(...addresses),
  to: fc.constantFrom(...addresses),
  value: fc.oneof(
    fc.constant(0n),
    fc.bigInt({ min: 1n, max: 5n }),
    fc.bigInt({ min: 1n, max: 10n ** 20n }),
    fc.bigInt({ min: 2n ** 255n, max: 2n ** 256n - 1n }),
  ),
  success: fc.nat(9).map((n) => n > 0),
  hash: fc.option(fc.integer({ min: 0, max: 3 })),
  methodId: fc.option(fc.constantFrom(...selectors)),
});

const price = fc.record({
  gap: fc.integer({ min: 60_000, max: 50 * hour }),
  price: fc.integer({ min: 0, max: 300_000_000 }).map((n) => (n / 1e6).toFixed(6).replace(/\.?0+$/, '')),
  volume: fc.nat(100_000).map(String),
});

/** Small histories with everything that is awkward: gaps, times against the order of blocks, failed rows, self transfers, zero amounts, mints to zero, uint256 amounts. */
export const randomLedger: fc.Arbitrary<Ledger> = fc
  .record({
    decimals: fc.constantFrom(0, 2, 6, 18),
    start: fc.integer({ min: Date.UTC(2024, 11, 20), max: Date.UTC(2025, 2, 5) }),
    // A chain is read on for so long after the last event; a file is as far as its newest row.
    quiet: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 110 * 24 * hour }))),
    events: fc.array(event, { maxLength: 30 }),
    // Files may hold any times: those of the blocks are handed on by so many blocks.
    shift: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 29 }) },
    ),
    prices: fc.array(price, { maxLength: 20 }),
    openings: fc.dictionary(fc.constantFrom(...addresses.slice(1)), fc.bigInt({ min: 1n, max: 10n ** 30n }), {
      maxKeys: 3,
    }),
    paymentRule: fc.constantFrom<PaymentRule>(
      { kind: PaymentRuleKind.ALL, addresses: [], selectors: [] },
      { kind: PaymentRuleKind.FROM, addresses: [wallet(1), wallet(2)], selectors: [] },
      { kind: PaymentRuleKind.METHODS, addresses: [], selectors: selectors.slice(0, 1) },
    ),
  })
  .map(({ decimals, start, quiet, events, shift, prices, openings, paymentRule }) => {
    const transfers: LedgerTransfer[] = [];
    let [time, block, log] = [start - (start % 1000), 1000, 0];
    for (const { gap, sameBlock, hash, ...row } of events) {
      if (sameBlock && transfers.length > 0) log += 2;
      else [time, block, log] = [time + gap - (gap % 1000), block + 1 + (gap % 7), gap % 5];
      const text = hash === null ? null : `0x${String(hash).padStart(4, '0')}${String(block).padStart(60, '0')}`;
      transfers.push({ ...row, block, log, time, hash: text });
    }
    let priced = start;
    return {
      decimals,
      transfers: shiftTimes(transfers, shift),
      prices: prices.map(({ gap, ...row }) => {
        priced += gap;
        return { ...row, time: priced };
      }),
      openings: new Map(Object.entries(openings)),
      paymentRule,
      asOf: quiet === null ? undefined : { block: block + 1, time: time + quiet },
    };
  });

/** The same blocks with the times of others, as many blocks on. */
function shiftTimes(transfers: readonly LedgerTransfer[], shift: number): LedgerTransfer[] {
  const times = new Map(transfers.map(({ block, time }) => [block, time]));
  const [blocks, all] = [[...times.keys()], [...times.values()]];
  return transfers.map((row) => ({ ...row, time: all[(blocks.indexOf(row.block) + shift) % all.length] ?? row.time }));
}
