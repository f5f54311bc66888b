import { describe, expect, it } from 'vitest';
import { blockAt, firstBlockFrom, timeOfBlock } from '../../src/ingest/sources/demo/clock.js';
import { createFeed, type FeedPart } from '../../src/ingest/sources/demo/feed.js';
import { parties } from '../../src/ingest/sources/demo/parties.js';
import { demoProfiles } from '../../src/ingest/sources/demo/profiles.js';
import { zeroAddress } from '../../src/models/address.js';
import { dayMs, dayOf, hourOf, startOfDay, weekOf } from '../../src/models/calendar.js';
import { PaymentRuleKind } from '../../src/models/enums.js';

const startDay = '2026-03-02';
const start = startOfDay(startDay).getTime();
const afterBlock = firstBlockFrom(start) - 1;
const days = 120;
const blockAfter = (length: number): number => blockAt(start + length * dayMs);

const open = (lane: number) => createFeed({ profile: demoProfiles[lane]!, lane, startDay, afterBlock, balances: [] });
const parts: FeedPart[] = demoProfiles.map((_, lane) => open(lane).take({ untilBlock: blockAfter(days) }));
const everything = parts.flatMap(({ transfers }) => transfers);

/** Balances after the successful transfers, and the lowest that any address ever had. */
function book(part: FeedPart): { balances: Map<string, bigint>; lowest: bigint } {
  const balances = new Map<string, bigint>();
  let lowest = 0n;
  for (const { fromAddress, toAddress, value, isSuccess } of part.transfers) {
    if (!isSuccess) continue;
    for (const [address, change] of [
      [fromAddress, -value],
      [toAddress, value],
    ] as const) {
      if (address === zeroAddress) continue;
      const balance = (balances.get(address) ?? 0n) + change;
      balances.set(address, balance);
      if (balance < lowest) lowest = balance;
    }
  }
  return { balances, lowest };
}

describe('demo feed', () => {
  it('makes at least 20,000 transfers of at least 2,000 wallets in 120 days, tokens of 18, 18, 2 and 6 decimals', () => {
    expect(demoProfiles.map(({ symbol, decimals }) => `${symbol} ${decimals}`)).toEqual([
      'LZAR 18',
      'LUSD 18',
      'IDRX 2',
      'USDC.e 6',
    ]);
    expect(everything.length).toBeGreaterThanOrEqual(20_000);
    const wallets = new Set(everything.flatMap(({ fromAddress, toAddress }) => [fromAddress, toAddress]));
    expect(wallets.size).toBeGreaterThanOrEqual(2_000);
  });

  it('never lets a balance fall below zero, and the balances add up to mints minus burns', () => {
    for (const part of parts) {
      const { balances, lowest } = book(part);
      expect(lowest).toBe(0n);
      const supply = part.transfers.reduce(
        (sum, { fromAddress, toAddress, value }) =>
          sum + (fromAddress === zeroAddress ? value : toAddress === zeroAddress ? -value : 0n),
        0n,
      );
      expect([...balances.values()].reduce((sum, balance) => sum + balance, 0n)).toBe(supply);
    }
  });

  it('gives the same rows for the same start, however the blocks are taken', () => {
    for (const [lane, part] of parts.entries()) {
      const feed = open(lane);
      const steps = [0.3, 1, 1.000_1, 7.77, 40, 41, 119.999, 120].map((length) =>
        feed.take({ untilBlock: blockAfter(length) }),
      );
      expect(steps.flatMap(({ transfers }) => transfers)).toEqual(part.transfers);
      expect(steps.flatMap(({ prices }) => prices)).toEqual(part.prices);
    }
  });

  it('goes on from stored balances as if it had never stopped', () => {
    for (const [lane, part] of parts.entries()) {
      const until = blockAfter(33.4);
      const first = open(lane).take({ untilBlock: until });
      const resumed = createFeed({
        profile: demoProfiles[lane]!,
        lane,
        startDay,
        afterBlock: until,
        balances: book(first).balances,
      }).take({ untilBlock: blockAfter(days) });
      expect([...first.transfers, ...resumed.transfers]).toEqual(part.transfers);
    }
  });

  it('has places that no two transfers share, also between tokens, in rising order with the times of their blocks', () => {
    expect(new Set(everything.map(({ blockNumber, logIndex }) => `${blockNumber}:${logIndex}`)).size).toBe(
      everything.length,
    );
    for (const { transfers } of parts) {
      const positions = transfers.map(({ blockNumber, logIndex }) => blockNumber * 1e5 + logIndex);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(transfers.every(({ timestamp, blockNumber }) => timestamp === timeOfBlock(blockNumber))).toBe(true);
    }
  });

  it('has a daily and a weekly rhythm', () => {
    for (const [lane, { transfers }] of parts.entries()) {
      const { peakHour } = demoProfiles[lane]!;
      const near = (hour: number) =>
        transfers.filter(({ timestamp }) => [hour - 1, hour, hour + 1].includes(hourOf(timestamp))).length;
      expect(near(peakHour)).toBeGreaterThan(2 * near((peakHour + 12) % 24));
      const onDay = (weekdays: number[]) =>
        transfers.filter(({ timestamp }) => weekdays.includes(new Date(timestamp).getUTCDay())).length /
        weekdays.length;
      expect(onDay([1, 2, 3, 4, 5])).toBeGreaterThan(1.5 * onDay([0, 6]));
    }
  });

  it('mints and burns, fails now and then, and pays interest in every week by the rule of the token', () => {
    for (const [lane, { transfers }] of parts.entries()) {
      const { paymentRule, symbol } = demoProfiles[lane]!;
      expect(transfers.filter(({ fromAddress }) => fromAddress === zeroAddress).length).toBeGreaterThan(20);
      expect(transfers.filter(({ toAddress }) => toAddress === zeroAddress).length).toBeGreaterThan(20);
      expect(transfers.filter(({ isSuccess }) => !isSuccess).length).toBeGreaterThan(0);
      const weeks = new Set(
        transfers
          .filter(({ fromAddress, methodId }) =>
            paymentRule.kind === PaymentRuleKind.METHODS
              ? paymentRule.selectors.includes(methodId ?? '')
              : fromAddress === parties(symbol).payer,
          )
          .map(({ timestamp }) => weekOf(dayOf(timestamp))),
      );
      expect(weeks.size).toBe(Math.ceil(days / 7));
    }
  });

  it('has plausible prices, one for every hour of the last two weeks', () => {
    for (const [lane, { prices }] of parts.entries()) {
      expect(prices).toHaveLength(14 * 24 + (days - 14) * 4);
      const profile = demoProfiles[lane]!;
      for (const { price, volume } of prices) {
        expect(Number(price)).toBeGreaterThan(profile.price * (1 - 3 * profile.volatility));
        expect(Number(price)).toBeLessThan(profile.price * (1 + 3 * profile.volatility));
        expect(Number(volume)).toBeGreaterThan(0);
      }
      expect(new Set(prices.map(({ price }) => price)).size).toBeGreaterThan(20);
    }
  });

  it('adds a transfer for watchers about once a minute and token or rarer, only where it is asked to', () => {
    const blocks = 6_000;
    const quiet = open(0);
    const lively = open(0);
    let extra = 0;
    for (let block = afterBlock + 1; block <= afterBlock + blocks; block++) {
      extra += lively.take({ untilBlock: block, lively: true }).transfers.length;
      extra -= quiet.take({ untilBlock: block }).transfers.length;
    }
    expect(extra).toBeGreaterThan(blocks / 120);
    expect(extra).toBeLessThan(blocks / 30);
  });
});
