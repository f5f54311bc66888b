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
  becomes(
    '$unset removes a field and leaves others',
    { a: 1, b: { c: 1, d: 2 } },
    { $unset: { a: '', 'b.c': '' } },
    { b: { d: 2 } },
  ),
  becomes('$unset of a missing field modifies nothing', { a: 1 }, { $unset: { b: '' } }, { a: 1 }),
  becomes('$inc adds and starts at nothing', { a: 1 }, { $inc: { a: 2, b: -1 } }, { a: 3, b: -1 }),
  becomes('$inc by 0 modifies nothing', { a: 1 }, { $inc: { a: 0 } }, { a: 1 }),
  becomes('$inc goes on past 32 bits', { a: 2147483647 }, { $inc: { a: 1 } }, { a: 2147483648 }),
  becomes(
    '$inc is exact for 64-bit integers',
    { a: Long.fromString('9007199254740993') },
    { $inc: { a: 2 } },
    { a: Long.fromString('9007199254740995') },
  ),
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
  becomes(
    '$push appends, also to nothing',
    list(1),
    { $push: { l: 2, m: { $each: [3, 4] } } },
    { l: [1, 2], m: [3, 4] },
  ),
  becomes('$addToSet adds what is new', list(1, 2), { $addToSet: { l: { $each: [2, 3] } } }, list(1, 2, 3)),
  becomes('$addToSet of a known value modifies nothing', list(1, 2), { $addToSet: { l: 2 } }, list(1, 2)),
  becomes(
    'a pipeline computes from the document',
    { a: 2, b: 3 },
    [{ $set: { c: { $subtract: ['$a', '$b'] } } }, { $unset: 'a' }],
    { b: 3, c: -1 },
  ),
  becomes(
    'a pipeline keeps a field when a condition says so',
    { a: 2, e: 7 },
    [{ $set: { a: { $cond: [{ $lt: ['$e', 5] }, 100, '$a'] } } }],
    { a: 2, e: 7 },
  ),
  becomes('a pipeline removes by $$REMOVE', { a: 2, b: 1 }, [{ $set: { a: '$$REMOVE' } }], { b: 1 }),
  becomes(
    'a pipeline replaces the document and keeps its _id',
    { a: { x: 1 } },
    [{ $replaceRoot: { newRoot: '$a' } }],
    { x: 1 },
  ),
]);
