import { type Document, Double, Int32, Long, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { createQueryLanguage } from '../../../src/embedded/query/index.js';

const { applyUpdate, seedUpsert } = createQueryLanguage();

describe('An update', () => {
  it('answers the same object when nothing changed', () => {
    const row: Document = { _id: 1, a: 1, l: [1], d: new Date(5), o: { x: 1 } };
    for (const update of [
      { $set: { a: 1, 'o.x': 1, d: new Date(5) } },
      { $inc: { a: 0 } },
      { $max: { a: 0 } },
      { $unset: { zz: '' } },
      { $addToSet: { l: 1 } },
      { $setOnInsert: { b: 1 } },
      { _id: 1, a: 1, l: [1], d: new Date(5), o: { x: 1 } },
      [{ $set: { a: 1 } }],
    ]) {
      expect(applyUpdate(row, update, {})).toBe(row);
    }
  });

  it('never changes the document that it was given', () => {
    const row = { _id: 1, a: { b: { c: 1 } }, l: [{ n: 1 }, { n: 2 }] };
    const before = structuredClone(row);
    applyUpdate(row, { $set: { 'a.b.c': 2 }, $push: { l: { n: 3 }, 'a.list': 1 } }, {});
    applyUpdate(row, { $addToSet: { l: { n: 4 } }, $unset: { 'a.b': '' } }, {});
    applyUpdate(row, [{ $set: { 'a.b.c': 9 } }], {});
    expect(row).toEqual(before);
  });

  it('tells a change of type from no change', () => {
    const row = { _id: 1, a: 1 };
    expect(applyUpdate(row, { $set: { a: Long.ONE } }, {})).not.toBe(row);
    expect(applyUpdate(row, { $set: { a: new Int32(1) } }, {})).toBe(row);
  });

  it('adds exactly across 2^53 and becomes a double only beyond 64 bits', () => {
    const inc = (a: unknown, by: unknown) => applyUpdate({ a }, { $inc: { a: by } }, {}).a;
    expect(inc(Number.MAX_SAFE_INTEGER, 2)).toEqual(Long.fromString('9007199254740993'));
    expect(inc(Long.fromString('9007199254740993'), -2)).toBe(Number.MAX_SAFE_INTEGER);
    expect(inc(Long.MAX_VALUE, 1)).toBe(2 ** 63);
    expect(inc(new Int32(1), new Double(0.5))).toBe(1.5);
    expect(() => inc(1, 'x')).toThrow('Cannot increment with non-numeric argument: {a: "x"}');
  });

  it('keeps fields with the names of object methods apart from those methods', () => {
    expect(applyUpdate({ _id: 1 }, { $set: { constructor: 1, 'toString.x': 2 } }, {})).toEqual({
      _id: 1,
      constructor: 1,
      toString: { x: 2 },
    });
    const after = applyUpdate({ _id: 1 }, { $set: { ['__proto__']: { polluted: true } } }, {});
    expect(Object.hasOwn(after, '__proto__')).toBe(true);
    expect(({} as Document).polluted).toBeUndefined();
  });

  it('names in its errors what came', () => {
    const update = (change: Document) => () => applyUpdate({ _id: 1, a: 'text' }, change, {});
    expect(update({ $inc: { a: 1 } })).toThrow(
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    );
    expect(update({ $set: { 'a.b': 1 } })).toThrow('Cannot create field \'b\' in element {a: "text"}');
    expect(update({ $set: { a: 1 }, $unset: { 'a.b': 1 } })).toThrow(
      "Updating the path 'a.b' would create a conflict at 'a'",
    );
    expect(update({ $push: { a: { $each: 1 } } })).toThrow(
      'The argument to $each in $push must be an array but it was of type: int',
    );
  });
});

describe('An upsert', () => {
  it('has its _id first, from the filter, the update, or new', () => {
    expect(Object.entries(seedUpsert({ b: 1, _id: 5 }, { $set: { a: 1 } }, {}))).toEqual([
      ['_id', 5],
      ['b', 1],
      ['a', 1],
    ]);
    expect(seedUpsert({ b: 1 }, { $setOnInsert: { _id: 7 } }, {})).toEqual({ _id: 7, b: 1 });
    expect(seedUpsert({ b: 1 }, { $set: { a: 1 } }, {})._id).toBeInstanceOf(ObjectId);
  });

  it('refuses an _id that differs from the filter, and a path that is matched twice', () => {
    expect(() => seedUpsert({ _id: 1 }, { $set: { _id: 2 } }, {})).toThrow("would modify the immutable field '_id'");
    expect(() => seedUpsert({ $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, {})).toThrow(
      "path 'a' is matched twice",
    );
  });
});
