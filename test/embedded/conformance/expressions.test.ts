import { Long } from 'mongodb';
import { answers, computes, refusesPipeline } from './pipelines.js';
import { describeConformance } from './suite.js';

describeConformance('Expressions', [
  computes(
    '$cond and $ifNull choose',
    { a: 5 },
    {
      x: { $cond: [{ $gt: ['$a', 3] }, 'big', 'small'] },
      y: { $ifNull: ['$zz', 'none'] },
      z: { $cond: [{ $lt: ['$a', 3] }, 'small', '$a'] },
    },
    { x: 'big', y: 'none', z: 5 },
  ),
  computes('arithmetic with null or missing gives null', { a: 5 }, { $add: ['$a', '$zz'] }, null),
  computes('dates differ by milliseconds', { a: new Date(5000), b: new Date(2000) }, { $subtract: ['$a', '$b'] }, 3000),
  computes(
    'a path through an array gives the values of its elements',
    { l: [{ v: 1 }, {}, { v: 2 }] },
    '$l.v',
    [1, 2],
    { secantusdb: { answer: [{}], because: 'finds nothing inside arrays' } },
  ),
  computes(
    '$arrayElemAt counts from the end, and past it there is nothing',
    { l: [1, 2] },
    { a: { $arrayElemAt: ['$l', -1] }, b: { $arrayElemAt: ['$l', 5] } },
    { a: 2 },
  ),
  computes(
    'missing is less than null in expressions',
    { a: null },
    [{ $lt: ['$zz', '$a'] }, { $eq: ['$zz', null] }],
    [true, false],
  ),
  computes('$literal is never an expression', {}, { $literal: '$a' }, '$a'),
  computes(
    '$and and $or know truth',
    { z: 0, s: '' },
    [{ $and: ['$s', 1] }, { $or: ['$z', null, '$zz'] }],
    [true, false],
  ),
  computes(
    '$add and $subtract move a date by milliseconds',
    { d: new Date(86_400_000) },
    [{ $add: ['$d', 5] }, { $subtract: ['$d', 86_400_000] }],
    [new Date(86_400_005), new Date(0)],
  ),
  computes(
    '$let binds and shadows',
    { a: 1 },
    { $let: { vars: { x: '$a' }, in: { $let: { vars: { x: { $add: ['$$x', 1] } }, in: '$$x' } } } },
    2,
  ),
  answers(
    'sums and differences are exact for integers of 64 bits',
    [{ a: Long.fromString('9007199254740993') }],
    [
      {
        $project: {
          more: { $eq: [{ $add: ['$a', 2] }, Long.fromString('9007199254740995')] },
          less: { $eq: [{ $subtract: ['$a', 2] }, Long.fromString('9007199254740991')] },
          near: { $eq: [{ $add: ['$a', 2] }, Long.fromString('9007199254740996')] },
        },
      },
    ],
    [{ _id: 1, more: true, less: true, near: false }],
  ),
  answers(
    'a projection computes beside what it includes',
    [{ a: 1, b: { c: 2, d: 3 } }],
    [{ $project: { 'b.c': 1, e: { $add: ['$a', '$b.d'] }, 'b.f': { $literal: 9 } } }],
    [{ _id: 1, b: { c: 2, f: 9 }, e: 4 }],
  ),
  answers(
    'text is sorted by code point',
    [{ s: '\uffee' }, { s: '😀' }, { s: 'z' }],
    [{ $sort: { s: 1 } }, { $project: { s: 1 } }],
    [
      { _id: 3, s: 'z' },
      { _id: 1, s: '\uffee' },
      { _id: 2, s: '😀' },
    ],
  ),
  refusesPipeline('an unknown stage', [{ $foo: {} }], 40324),
  refusesPipeline('an unknown expression', [{ $set: { a: { $foo: 1 } } }], 168),
  refusesPipeline('an unknown expression of a projection', [{ $project: { a: { $foo: 1 } } }], 31325),
  refusesPipeline('an unknown accumulator', [{ $group: { _id: null, a: { $foo: 1 } } }], 15952, {
    secantusdb: { answer: { code: 168 }, because: 'code 168 instead of 15952' },
  }),
  refusesPipeline('a $group without _id', [{ $group: { a: { $sum: 1 } } }], 15955),
  refusesPipeline('a stage with two names', [{ $match: {}, $limit: 1 }], 40323),
  refusesPipeline('a limit of 0', [{ $limit: 0 }], 15958),
  refusesPipeline('an empty projection', [{ $project: {} }], 51272),
  refusesPipeline('inclusion mixed with exclusion', [{ $project: { a: 1, b: 0 } }], 31254, {
    secantusdb: { answer: { code: 14 }, because: 'code 14 instead of 31254' },
  }),
  refusesPipeline('arithmetic with text', [{ $project: { v: { $add: ['$a', '$s'] } } }], 14),
  refusesPipeline('a root that is no document', [{ $replaceRoot: { newRoot: '$a' } }], 40228),
  refusesPipeline('an element of what is no list', [{ $project: { v: { $arrayElemAt: ['$a', 0] } } }], 28689),
  refusesPipeline('a comparison of three', [{ $project: { v: { $eq: [1, 1, 1] } } }], 16020),
]);
