import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, compare } from '../../../src/embedded/query/compare.js';
import { typeOf } from '../../../src/embedded/query/values.js';

const id = (last: string) => ObjectId.createFromHexString(`00000000000000000000000${last}`);

/** Values in MongoDB's order; those in one inner list are equal. */
const ordered: unknown[][] = [
  [new MinKey()],
  [undefined, null],
  [Number.NaN, new Double(Number.NaN)],
  [Number.NEGATIVE_INFINITY],
  [Long.MIN_VALUE],
  [-1.5],
  [0, -0, new Int32(0), Long.ZERO, new Double(0), 0n],
  [0.1],
  [1, Long.ONE],
  [2 ** 53, Long.fromString('9007199254740992')],
  [Long.fromString('9007199254740993'), 9007199254740993n],
  [2 ** 53 + 2],
  [2 ** 63],
  [1e300],
  [Number.POSITIVE_INFINITY],
  [''],
  ['a'],
  ['a\0'],
  ['aa'],
  ['ä'],
  ['\uffee'],
  ['😀'],
  [{}],
  [{ a: 1 }, { a: Long.ONE }],
  [{ b: 0 }],
  [{ b: 0, c: 1 }],
  [{ a: 'text' }],
  [[]],
  [[1]],
  [[1, 2]],
  [[2]],
  [new Binary(Buffer.from('b'))],
  [new Binary(Buffer.from('aa'))],
  [id('1'), id('1')],
  [id('2')],
  [false],
  [true],
  [new Date(-1)],
  [new Date(0)],
  [new Timestamp({ t: 1, i: 1 })],
  [new Timestamp({ t: 1, i: 2 })],
  [/a/],
  [/b/],
  [new MaxKey()],
];

describe('The order of values', () => {
  it('is MongoDB’s across and inside all types', () => {
    for (const [at, equals] of ordered.entries()) {
      for (const [other, others] of ordered.entries()) {
        for (const a of equals) {
          for (const b of others) {
            const shown = `${String(a)} (${typeOf(a)}) against ${String(b)} (${typeOf(b)})`;
            expect(Math.sign(compare(a, b)), shown).toBe(Math.sign(at - other));
          }
        }
      }
    }
  });

  it('gives equal values one canonical text, and others another', () => {
    const texts = ordered.map((equals) => new Set(equals.map(canonicalText)));
    for (const [at, set] of texts.entries()) expect(set.size, String(ordered[at])).toBe(1);
    expect(new Set(texts.flatMap((set) => [...set])).size).toBe(ordered.length);
  });

  it('of text is the order of its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compare(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  it('of integers and doubles is that of exact arithmetic', () => {
    const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const exact = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compare(Long.fromBigInt(a), Long.fromBigInt(b)))).toBe(exact);
        expect(Math.sign(compare(Long.fromBigInt(a), Number(b)))).toBe(a < Number(b) ? -1 : a > Number(b) ? 1 : 0);
      }),
    );
  });

  it('refuses decimals among numbers, because doubles would order them wrongly', () => {
    const decimal = Decimal128.fromString('0.1');
    expect(() => compare(decimal, 0.1)).toThrow('does not compare decimal values');
    expect(() => canonicalText(decimal)).toThrow('does not compare decimal values');
    expect(compare(decimal, 'text')).toBe(-1);
  });

  it('takes a document for a document, whatever its fields are called', () => {
    expect(typeOf({ _bsontype: 'ObjectId', id: 'x' })).toBe('object');
    expect(compare({ _bsontype: 'Long' }, { _bsontype: 'Long' })).toBe(0);
  });
});
