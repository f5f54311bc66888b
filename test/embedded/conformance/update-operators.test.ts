import { Long } from 'mongodb';
import { describeConformance } from './suite.js';
import { becomes } from './updates.js';

const list = (...numbers: number[]) => ({ l: numbers });

describeConformance('Updates', [
  becomes(
    '$set sets fields and makes the documents on the way',
    { a: 1 },
    { $set: { a: 2, 'b.c': 3 } },
    { a: 2, b: { c: 3 } },
  ),
  becomes('$set of an equal value modifies nothing', { a: 1 }, { $set: { a: 1 } }, { a: 1 }),
  becomes('$set reaches an element of an array by its index', list(1, 2), { $set: { 'l.1': 9 } }, list(1, 9)),
  becomes('$set past the end of an array fills with null', list(1), { $set: { 'l.2': 9 } }, { l: [1, null, 9] }),
  becomes(
    '$unset removes a field and leaves others',
    { a: 1, b: { c: 1, d: 2 } },
    { $unset: { a: '', 'b.c': '' } },
    { b: { d: 2 } },
  ),
  becomes('$unset of a missing field modifies nothing', { a: 1 }, { $unset: { b: '' } }, { a: 1 }),
  becomes('$unset in an array leaves null', list(1, 2), { $unset: { 'l.0': '' } }, { l: [null, 2] }),
  becomes('$inc adds and starts at nothing', { a: 1 }, { $inc: { a: 2, b: -1 } }, { a: 3, b: -1 }),
  becomes('$inc by 0 modifies nothing', { a: 1 }, { $inc: { a: 0 } }, { a: 1 }),
  becomes('$inc goes on past 32 bits', { a: 2147483647 }, { $inc: { a: 1 } }, { a: 2147483648 }),
  becomes(
    '$inc is exact for 64-bit integers',
    { a: Long.fromString('9007199254740993') },
    { $inc: { a: 2 } },
    { a: Long.fromString('9007199254740995') },
  ),
  becomes('$mul multiplies, and a missing field becomes 0', { a: 3 }, { $mul: { a: 2, b: 5 } }, { a: 6, b: 0 }),
  becomes(
    '$min and $max keep the extreme',
    { a: 5, b: 5, c: 5 },
    { $min: { a: 3 }, $max: { b: 9, c: 1, d: 4 } },
    { a: 3, b: 9, c: 5, d: 4 },
  ),
  becomes('$min compares dates', { a: new Date(5) }, { $min: { a: new Date(3) } }, { a: new Date(3) }),
  becomes(
    '$setOnInsert leaves an existing document alone',
    { a: 1 },
    { $setOnInsert: { b: 1 }, $set: { a: 2 } },
    { a: 2 },
  ),
  becomes('$push appends, also to nothing', list(1), { $push: { l: 2, m: 3 } }, { l: [1, 2], m: [3] }),
  becomes(
    '$push with $each, $sort and $slice keeps the best',
    list(5, 1),
    { $push: { l: { $each: [4, 2], $sort: -1, $slice: 3 } } },
    list(5, 4, 2),
  ),
  becomes(
    '$push with a negative $slice keeps the last',
    list(1, 2),
    { $push: { l: { $each: [3], $slice: -2 } } },
    list(2, 3),
  ),
  becomes(
    '$push with $position inserts',
    list(1, 4),
    { $push: { l: { $each: [2, 3], $position: 1 } } },
    list(1, 2, 3, 4),
  ),
  becomes(
    '$push sorts documents by a field',
    { l: [{ n: 2 }] },
    { $push: { l: { $each: [{ n: 1 }], $sort: { n: 1 } } } },
    { l: [{ n: 1 }, { n: 2 }] },
  ),
  becomes('$addToSet adds what is new', list(1, 2), { $addToSet: { l: { $each: [2, 3] } } }, list(1, 2, 3)),
  becomes('$addToSet of a known value modifies nothing', list(1, 2), { $addToSet: { l: 2 } }, list(1, 2)),
  becomes('$pull removes by value', list(1, 2, 1), { $pull: { l: 1 } }, list(2)),
  becomes('$pull removes by condition', list(1, 5, 9), { $pull: { l: { $gte: 5 } } }, list(1)),
  becomes('$pull takes an inner array that holds a match', { l: [[5], 5] }, { $pull: { l: { $gte: 5 } } }, { l: [] }),
  becomes(
    '$pull removes documents by their fields',
    { l: [{ a: 1, b: 1 }, { a: 2 }] },
    { $pull: { l: { a: 1 } } },
    { l: [{ a: 2 }] },
  ),
  becomes('$pullAll removes each of a list', list(1, 2, 3), { $pullAll: { l: [1, 3] } }, list(2)),
  becomes(
    '$pop removes the first or last element',
    { l: [1, 2], m: [1, 2] },
    { $pop: { l: 1, m: -1 } },
    { l: [1], m: [2] },
  ),
  becomes('$rename moves a value', { a: 1, b: { c: 2 } }, { $rename: { a: 'x', 'b.c': 'b.d' } }, { x: 1, b: { d: 2 } }),
  becomes('$rename of a missing field modifies nothing', { a: 1 }, { $rename: { b: 'c' } }, { a: 1 }),
  becomes(
    'the positional $ means the element that was found',
    { l: [{ n: 1 }, { n: 2 }] },
    { $set: { 'l.$.x': 1 } },
    { l: [{ n: 1 }, { n: 2, x: 1 }] },
    { filter: { 'l.n': 2 } },
  ),
  becomes(
    'the positional $ follows $elemMatch',
    {
      l: [
        { n: 1, m: 1 },
        { n: 1, m: 2 },
      ],
    },
    { $inc: { 'l.$.n': 5 } },
    {
      l: [
        { n: 1, m: 1 },
        { n: 6, m: 2 },
      ],
    },
    { filter: { l: { $elemMatch: { n: 1, m: 2 } } } },
  ),
  becomes('$[] means every element', list(1, 2), { $inc: { 'l.$[]': 10 } }, list(11, 12)),
  becomes(
    'array filters choose elements',
    { l: [{ n: 1 }, { n: 5 }, { n: 9 }] },
    { $set: { 'l.$[big].b': true } },
    { l: [{ n: 1 }, { n: 5, b: true }, { n: 9, b: true }] },
    { arrayFilters: [{ 'big.n': { $gte: 5 } }] },
  ),
  becomes('array filters choose plain elements', list(1, 5), { $set: { 'l.$[x]': 0 } }, list(1, 0), {
    arrayFilters: [{ x: { $gt: 3 } }],
  }),
  becomes(
    'a pipeline computes from the document',
    { a: 2, b: 3 },
    [{ $set: { c: { $multiply: ['$a', '$b'] } } }, { $unset: 'a' }],
    { b: 3, c: 6 },
  ),
  becomes(
    'a pipeline keeps a field when a condition says so',
    { a: 2, e: 7 },
    [{ $set: { a: { $cond: [{ $lt: ['$e', 5] }, 100, '$a'] } } }],
    { a: 2, e: 7 },
  ),
  becomes('a pipeline removes by $$REMOVE', { a: 2, b: 1 }, [{ $set: { a: '$$REMOVE' } }], { b: 1 }),
  becomes('a pipeline replaces the document and keeps its _id', { a: { x: 1 } }, [{ $replaceWith: '$a' }], { x: 1 }),
]);
