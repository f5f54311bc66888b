import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAmount,
  divideRounded,
  encodeAmount,
  formatQuotient,
  formatUnits,
  parseUnits,
  percentChange,
  shareOf,
} from '../../src/models/amount.js';

const uint256 = 2n ** 256n - 1n;
const signed = fc.bigInt({ min: -uint256 * 1000n, max: uint256 * 1000n });

describe('stored amounts', () => {
  it('come back exactly, at any size and sign', () => {
    fc.assert(fc.property(signed, (units) => decodeAmount(encodeAmount(units)) === units));
  });

  it('sort as text in the order of the numbers', () => {
    fc.assert(fc.property(signed, signed, (a, b) => encodeAmount(a) < encodeAmount(b) === a < b));
    // Random numbers of 77 digits hardly ever differ in length or sign, so small ones are drawn too.
    const small = fc.bigInt({ min: -1100n, max: 1100n });
    fc.assert(fc.property(small, small, (a, b) => encodeAmount(a) < encodeAmount(b) === a < b));
  });

  it('have the documented form', () => {
    expect([0n, 25n, -25n].map(encodeAmount)).toEqual(['1010', '10225', '09774']);
  });

  it.each(['', '1', '2010', '1020', '10225x', '1-15', '25', '1030x1'])('refuse %j instead of guessing', (text) => {
    expect(() => decodeAmount(text)).toThrow(RangeError);
  });

  it('have 99 digits at most, and more is an error rather than a wrong order', () => {
    expect(decodeAmount(encodeAmount(10n ** 99n - 1n))).toBe(10n ** 99n - 1n);
    expect(() => encodeAmount(10n ** 99n)).toThrow(RangeError);
  });
});

describe('shown amounts', () => {
  it.each([
    [0n, 18, '0'],
    [16809761n, 8, '0.16809761'],
    [12n, 0, '12'],
    [1200n, 2, '12'],
    [-5n, 1, '-0.5'],
    [-100n, 2, '-1'],
    [1n, 18, '0.000000000000000001'],
    [10n ** 21n, 18, '1000'],
    [uint256, 0, uint256.toString()],
    [7n, 255, `0.${'0'.repeat(254)}7`],
  ])('%s base units with %i decimals read %s', (units, decimals, text) => {
    expect(formatUnits(units, decimals)).toBe(text);
  });

  it('are read back exactly', () => {
    fc.assert(
      fc.property(
        signed,
        fc.nat(40),
        (units, decimals) => parseUnits(formatUnits(units, decimals), decimals) === units,
      ),
    );
  });

  it.each(['', '1e3', '.5', '5.', '+1', ' 1', '1.234', 'NaN', '0x10', '--1'])(
    'are not read from %j with two decimals',
    (text) => {
      expect(parseUnits(text, 2)).toBeUndefined();
    },
  );
});

describe('quotients', () => {
  it.each([
    [1n, 2n, 0, '1'],
    [-1n, 2n, 0, '-1'],
    [1n, 3n, 4, '0.3333'],
    [2n, 3n, 4, '0.6667'],
    [-2n, 3n, 4, '-0.6667'],
    [5n, -2n, 0, '-3'],
    [-1n, 1000n, 2, '0'],
    [125n, 1000n, 2, '0.13'],
  ])('%s / %s to %i places is %s, half away from zero', (numerator, denominator, places, text) => {
    expect(formatQuotient(numerator, denominator, places)).toBe(text);
  });

  it('are off by half a unit of the last place at most', () => {
    const positive = fc.bigInt({ min: 1n, max: uint256 });
    fc.assert(
      fc.property(signed, positive, fc.nat(6), (numerator, denominator, places) => {
        const off = divideRounded(numerator, denominator, places) * denominator - numerator * 10n ** BigInt(places);
        return (off < 0n ? -off : off) * 2n <= denominator;
      }),
    );
  });

  it('tell a change in percent, and nothing about a change from zero', () => {
    expect(percentChange(0n, 5n)).toBeNull();
    expect(percentChange(3n, 4n)).toBe('33.3333');
    expect(percentChange(4n, 3n)).toBe('-25');
    expect(percentChange(-4n, -3n)).toBe('25');
  });

  it('give no share of nothing or of a negative supply', () => {
    expect(shareOf(1n, 3n)).toBe('33.333333');
    expect(shareOf(5n, 0n)).toBe('0');
    expect(shareOf(5n, -3n)).toBe('0');
  });
});
