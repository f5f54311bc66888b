import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeId, encodeValue, HIGHEST, invert, LOWEST, successor } from '../../../src/embedded/storage/keys.js';
import { language } from './harness.js';

const scalar = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1.5, -1.5, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 1e300, -1e300, 5e-324, Infinity, -Infinity),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '\0', '\0\0', '\x01', '\x01\x01', 'a', 'a\0', 'a\x01', 'ab', 'é', '\u{1f600}', '\uffee'),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => new Binary(bytes)),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
);
const value = fc.oneof(scalar, fc.dictionary(fc.constantFrom('a', 'b', 'ab'), scalar, { maxKeys: 3 }));

describe('encoded values', () => {
  it('are in the order that the language gives to the values', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(order(encodeValue(a), encodeValue(b))).toBe(Math.sign(language.compare(a, b)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('are in the opposite order when inverted for falling fields', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(order(invert(encodeValue(a)), invert(encodeValue(b)))).toBe(-Math.sign(language.compare(a, b)) + 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are never the beginning of another, so that joined fields keep their order', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [first, second] = [encodeValue(a), encodeValue(b)];
        expect(first === second || !second.startsWith(first)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('lie between the lowest and the highest bound, rising or falling, and before their successor', () => {
    fc.assert(
      fc.property(value, (a) => {
        for (const key of [encodeValue(a), invert(encodeValue(a))]) {
          expect(LOWEST < key && key < HIGHEST).toBe(true);
          expect(key < successor(key) && `${key}\xff\xff` < successor(key)).toBe(true);
        }
      }),
    );
  });

  it('are the same for the same number in any type, and apart for neighbours beyond 2^53', () => {
    for (const one of [1, new Int32(1), new Double(1), Long.fromNumber(1), 1n]) {
      expect(encodeValue(one)).toBe(encodeValue(1));
    }
    expect(encodeValue(-0)).toBe(encodeValue(0));
    expect(encodeValue(Number.NaN) < encodeValue(-Infinity)).toBe(true);
    const long = (text: string) => encodeValue(Long.fromString(text));
    expect(long('9007199254740993') > encodeValue(2 ** 53)).toBe(true);
    expect(long('9007199254740993') < encodeValue(2 ** 53 + 2)).toBe(true);
    expect(long('-9007199254740993') < encodeValue(-(2 ** 53))).toBe(true);
    expect(long('9223372036854775807') < encodeValue(2 ** 63)).toBe(true);
  });

  it('refuse what an index cannot hold, and say what it can', () => {
    for (const refused of [[1, 2], /a/, Decimal128.fromString('1')]) {
      expect(() => encodeValue(refused)).toThrow(/Indexed fields hold null, numbers, strings/);
    }
  });

  it('of very long ids are shortened and still tell ids apart', () => {
    const [a, b] = [encodeId(`${'x'.repeat(5_000)}a`), encodeId(`${'x'.repeat(5_000)}b`)];
    expect(a).not.toBe(b);
    expect(a.length).toBeLessThan(600);
  });
});

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
