import { deserialize, Long, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainDocument } from '../../../src/embedded/wire/plain-document.js';

const row = { _id: 'a:1', n: 1, x: 1.5, at: new Date(5), no: null, ok: true, l: Long.fromNumber(9), o: new ObjectId() };
const plain = { ...row, list: ['a', 1, { b: 'c' }], inner: { deep: {} }, empty: '' };

describe('a plain document', () => {
  it('has the usual types and ASCII text', () => {
    for (const document of [{}, row, plain]) expect(isPlainDocument(Buffer.from(serialize(document)))).toBe(true);
  });

  it('has no other text, no other type and no operator', () => {
    for (const document of [{ text: 'é' }, { é: 1 }, { $set: { a: 1 } }, { a: { $gt: 1 } }, { pattern: /a/ }]) {
      expect(isPlainDocument(Buffer.from(serialize(document)))).toBe(false);
    }
  });

  it('is one that the decoder takes, whatever bytes are changed or missing', () => {
    const bytes = serialize(plain);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    let stillPlain = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(3), (changes, missing) => {
        const raw = Buffer.from(bytes);
        for (const [at, byte] of changes) raw[at] = byte;
        const cut = raw.subarray(0, raw.length - (missing === 3 ? 1 : 0));
        if (!isPlainDocument(cut)) return;
        stillPlain += 1;
        expect(() => deserialize(cut)).not.toThrow();
      }),
      { numRuns: 20_000 },
    );
    expect(stillPlain).toBeGreaterThan(1_000);
  });
});
