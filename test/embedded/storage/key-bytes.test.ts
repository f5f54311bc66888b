import { Binary, Decimal128, Double, deserialize, Int32, Long, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyBytes } from '../../../src/embedded/storage/key-bytes.js';
import { encodeValue, invert } from '../../../src/embedded/storage/keys.js';
import { locate } from '../../../src/embedded/storage/layout.js';

const usual = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, min: -8e15, max: 8e15 }),
  fc.constantFrom(0, -0, new Double(1), new Int32(7), Long.fromNumber(5), 'é', '\u{1f600}', ''),
  fc.maxSafeInteger().map((value) => Long.fromNumber(Math.trunc(value / 2))),
  fc.string({ maxLength: 20 }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date(-8e15), max: new Date(8e15) }),
);
const unusual = fc.oneof(
  fc.constantFrom<unknown>(Number.NaN, Infinity, -Infinity, 2 ** 53, -1e300, 'a\0b', '\x01', new Date(8.64e15), [1]),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => new Binary(bytes)),
  fc.constantFrom<unknown>({ a: 1 }, /a/, Decimal128.fromString('1')),
);

describe('keys made of bytes', () => {
  it('are those of the decoded values, rising and falling, beside whatever other fields', () => {
    fc.assert(
      fc.property(usual, fc.oneof(usual, unusual), (value, other) => {
        const raw = Buffer.from(serialize({ other, value, valued: other, val: { value: 1 } }));
        const [place, missing] = locate(raw, [Buffer.from('value'), Buffer.from('none')]);
        const key = new KeyBytes();
        key.latin1('head');
        if (place === undefined || missing === undefined) throw new Error('Each name has a place.');
        expect(key.value(raw, place)).toBe(true);
        const encoded = encodeValue(deserialize(raw).value);
        expect(key.slice(4)).toBe(encoded);
        key.invertFrom(4);
        expect(key.slice(0)).toBe(`head${invert(encoded)}`);
        expect(key.value(raw, missing) && key.slice(4 + encoded.length)).toBe(encodeValue(undefined));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are left to the decoder, with nothing appended, or are the same, for values of other kinds', () => {
    fc.assert(
      fc.property(unusual, (value) => {
        const raw = Buffer.from(serialize({ value }));
        const [place] = locate(raw, [Buffer.from('value')]);
        const key = new KeyBytes();
        if (place !== undefined && key.value(raw, place))
          expect(key.slice(0)).toBe(encodeValue(deserialize(raw).value));
        else expect(key.length).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('grow beyond any room', () => {
    const key = new KeyBytes();
    const text = 'x'.repeat(50_000);
    const raw = Buffer.from(serialize({ text }));
    const [place] = locate(raw, [Buffer.from('text')]);
    expect(place !== undefined && key.value(raw, place)).toBe(true);
    key.latin1(text);
    expect(key.slice(0)).toBe(encodeValue(text) + text);
  });

  it('take the last of two fields of one name, as decoding does', () => {
    const raw = Buffer.from(serialize({ a: 1, b: 2 }));
    raw[raw.indexOf('b')] = 'a'.charCodeAt(0);
    const [place] = locate(raw, [Buffer.from('a')]);
    const key = new KeyBytes();
    expect(place !== undefined && key.value(raw, place)).toBe(true);
    expect(key.slice(0)).toBe(encodeValue(deserialize(raw).a));
  });
});
