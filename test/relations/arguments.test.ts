import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { BadUserInputError } from '../../src/errors.js';
import { addDays } from '../../src/models/calendar.js';
import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import { windowsOf } from '../../src/relations/day-window.js';
import { relations } from '../../src/relations/index.js';
import { RefusedTokensError } from '../../src/relations/refused-tokens-error.js';
import { nobody } from '../support/nobody.js';

const settings = readConfig({}).answers;

const normalize = (name: string, args: object) => {
  const relation = relations.find((one) => one.name === name);
  if (!relation) throw new Error(`no relation ${name}`);
  return relation.normalize(args, settings);
};

const badInput = (message: string) => expect.objectContaining({ code: 'BAD_USER_INPUT', message });

describe('Arguments of relations', () => {
  it.each([
    ['transactionActivity', 'first', 500, 50],
    ['holders', 'limit', 1_000, 10],
    ['weeklyPayments', 'weeks', 260, 12],
    ['paymentProjections', 'weeks', 52, 4],
  ] as const)('%s takes %s from 1 to %i and has the default %i', (name, argument, max, fallback) => {
    expect(normalize(name, {})).toMatchObject({ [argument]: fallback });
    expect(normalize(name, { [argument]: null })).toEqual(normalize(name, {}));
    for (const value of [1, max]) expect(normalize(name, { [argument]: value })).toMatchObject({ [argument]: value });
    for (const value of [0, -1, max + 1, 1.5, Number.NaN, 2 ** 31]) {
      const message = `${argument}: expected a whole number from 1 to ${max.toLocaleString('en')}, got ${value}.`;
      expect(() => normalize(name, { [argument]: value })).toThrow(badInput(message));
    }
  });

  it.each([
    ['dailyMetrics', 'LAST_30_DAYS'],
    ['uniqueWallets', 'LAST_30_DAYS'],
    ['hourlyActivity', 'LAST_7_DAYS'],
    ['priceData', 'LAST_30_DAYS'],
  ])('%s counts requests of one meaning as the same; its period is %s unless told', (name, period) => {
    const usual = { period, from: null, to: null };
    for (const args of [{}, { period }, { period: null }, { from: null, to: null }])
      expect(normalize(name, args)).toEqual(usual);
    const from = name === 'priceData' ? '2025-01-01T00:00:00.000Z' : '2025-01-01';
    expect(normalize(name, { period: 'LAST_90_DAYS', from })).toEqual({ period: null, from, to: null });
    expect(normalize(name, { from })).toEqual(normalize(name, { period: 'LAST_7_DAYS', from }));
  });

  it('take one address in any case for the same', () => {
    const address = '0x8236a87084f8B84306f72007F36F2618A5634494';
    expect(normalize('transactionActivity', { address })).toEqual(
      normalize('transactionActivity', { address: address.toLowerCase() }),
    );
  });

  it.each(['dailyMetrics', 'uniqueWallets', 'hourlyActivity'])(
    '%s refuses reversed ends and more than 1,100 days',
    (name) => {
      expect(() => normalize(name, { from: '2025-01-02', to: '2025-01-01' })).toThrow(
        badInput('from, to: expected from to be no later than to, got 2025-01-02 to 2025-01-01.'),
      );
      const to = addDays('2025-01-01', 1_099);
      expect(normalize(name, { from: '2025-01-01', to })).toMatchObject({ to });
      expect(() => normalize(name, { from: '2025-01-01', to: addDays(to, 1) })).toThrow(
        `expected a window of at most 1,100 days, both ends counted, got 1,101 (2025-01-01 to ${addDays(to, 1)}).`,
      );
    },
  );

  it.each(['priceData', 'transactionActivity'])('%s refuses reversed ends and does not count days', (name) => {
    const [early, late] = ['1990-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'];
    expect(() => normalize(name, { from: late, to: early })).toThrow(BadUserInputError);
    expect(normalize(name, { from: early, to: late })).toMatchObject({ from: early, to: late });
    expect(normalize(name, { from: late, to: late })).toMatchObject({ from: late, to: late });
  });
});

describe('Windows of days', () => {
  const token = (id: string, firstDay: string | null, asOfTime: string | null): TokenSnapshot => ({
    ...nobody,
    id,
    asOfTime,
    totals: { ...nobody.totals, firstDay },
  });
  const show = (window: object, tokens: TokenSnapshot[]) =>
    windowsOf(tokens, { period: null, from: null, to: null, ...window } as never, settings).map(
      ({ token: { id }, start, end }) => `${id} ${start} ${end}`,
    );
  const old = token('old', '2015-01-01', '2025-03-10T23:59:59.999Z');
  const young = token('young', '2025-03-01', '2025-03-09T00:00:00.000Z');

  it('end with the day of asOfTime of each token, and begin no earlier than its data', () => {
    expect(show({ period: 'LAST_7_DAYS' }, [old, young])).toEqual([
      'old 2025-03-04 2025-03-10',
      'young 2025-03-03 2025-03-09',
    ]);
    expect(show({ period: 'LAST_30_DAYS' }, [old, young])).toEqual([
      'old 2025-02-09 2025-03-10',
      'young 2025-03-01 2025-03-09',
    ]);
    expect(show({ from: '2025-03-08' }, [old, young])).toEqual([
      'old 2025-03-08 2025-03-10',
      'young 2025-03-08 2025-03-09',
    ]);
    expect(show({ to: '2025-03-02' }, [young])).toEqual(['young 2025-03-01 2025-03-02']);
    expect(show({ from: '2025-02-01', to: '2025-05-01' }, [young])).toEqual(['young 2025-03-01 2025-03-09']);
  });

  it('are empty outside the data and without data', () => {
    expect(show({ from: '2025-03-10' }, [young])).toEqual([]);
    expect(show({ to: '2025-02-28' }, [young])).toEqual([]);
    expect(show({ from: '2026-01-01', to: '2026-01-02' }, [old, young])).toEqual([]);
    expect(
      show({ period: 'LAST_7_DAYS' }, [token('failed', null, '2025-03-10T00:00:00.000Z'), token('none', null, null)]),
    ).toEqual([]);
  });

  it('are refused for the tokens alone that an open end makes too long', () => {
    for (const window of [{ to: '2025-03-05' }, { from: '2015-01-01' }]) {
      const tokens = [old, young];
      try {
        show(window, tokens);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(RefusedTokensError);
        const { errors } = error as RefusedTokensError;
        expect([...errors.keys()]).toEqual('to' in window ? ['old'] : ['old', 'young']);
        expect(errors.get('old')?.message).toMatch(
          /^from, to: expected a window of at most 1,100 days, .* got 3,7\d\d \(2015-01-01 to /,
        );
        expect(errors.get('old')?.code).toBe('BAD_USER_INPUT');
      }
    }
    expect(show({ to: '2025-03-05' }, [young])).toEqual(['young 2025-03-01 2025-03-05']);
  });
});
