import { ObjectId } from 'mongodb';
import { computes, refusesPipeline } from './pipelines.js';
import { describeConformance } from './suite.js';

const id = ObjectId.createFromHexString('507f1f77bcf86cd799439011');

/** One branch of $switch. */
const branch = (test: unknown, value: unknown) =>
  Object.fromEntries([
    ['case', test],
    ['then', value],
  ]);

describeConformance('Expressions', [
  computes(
    '$cond, $ifNull and $switch choose',
    { a: 5 },
    {
      x: { $cond: [{ $gt: ['$a', 3] }, 'big', 'small'] },
      y: { $ifNull: ['$zz', 'none'] },
      z: { $switch: { branches: [branch({ $eq: ['$a', 5] }, 'five')], default: 'other' } },
    },
    { x: 'big', y: 'none', z: 'five' },
  ),
  computes('arithmetic with null or missing gives null', { a: 5 }, { $add: ['$a', '$zz'] }, null),
  computes('$divide of integers gives a fraction', { a: 7 }, { $divide: ['$a', 2] }, 3.5),
  computes('dates differ by milliseconds', { a: new Date(5000), b: new Date(2000) }, { $subtract: ['$a', '$b'] }, 3000),
  computes(
    '$round goes to the even neighbour',
    { a: 2.5 },
    [{ $round: ['$a', 0] }, { $round: [2.345, 2] }, { $round: [1250, -2] }],
    [2, 2.35, 1200],
  ),
  computes(
    '$map, $filter and $reduce work on elements',
    { l: [1, 2, 3] },
    {
      m: { $map: { input: '$l', as: 'x', in: { $multiply: ['$$x', 2] } } },
      f: { $filter: { input: '$l', as: 'x', cond: { $gt: ['$$x', 1] } } },
      r: { $reduce: { input: '$l', initialValue: 0, in: { $add: ['$$value', '$$this'] } } },
    },
    { m: [2, 4, 6], f: [2, 3], r: 6 },
  ),
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
    'strings are joined, changed and cut',
    { s: 'aBc' },
    [
      { $concat: ['$s', '!'] },
      { $toUpper: '$s' },
      { $substrCP: ['$s', 1, 2] },
      { $strLenCP: '$s' },
      { $split: ['a-b', '-'] },
    ],
    ['aBc!', 'ABC', 'Bc', 3, ['a', 'b']],
  ),
  computes(
    '$toString writes object ids, dates and numbers',
    { o: id, d: new Date(0), n: 5 },
    [{ $toString: '$o' }, { $toString: '$d' }, { $toString: '$n' }],
    [id.toHexString(), '1970-01-01T00:00:00.000Z', '5'],
  ),
  computes('$toObjectId reads hexadecimal text', { s: id.toHexString() }, { $toObjectId: '$s' }, id),
  computes(
    'missing is less than null in expressions',
    { a: null },
    [{ $lt: ['$zz', '$a'] }, { $eq: ['$zz', null] }],
    [true, false],
  ),
  computes(
    '$dateToString writes by format',
    { d: new Date('2024-03-05T07:08:09.010Z') },
    { $dateToString: { date: '$d', format: '%Y-%m-%d %H:%M:%S.%L' } },
    '2024-03-05 07:08:09.010',
  ),
  computes(
    '$dateTrunc cuts to the local day',
    { d: new Date('2024-03-10T12:00:00Z') },
    { $dateTrunc: { date: '$d', unit: 'day', timezone: 'America/New_York' } },
    new Date('2024-03-10T05:00:00Z'),
  ),
  computes(
    '$dateTrunc cuts to the local day in Tokyo',
    { d: new Date('2024-03-10T16:00:00Z') },
    { $dateTrunc: { date: '$d', unit: 'day', timezone: 'Asia/Tokyo' } },
    new Date('2024-03-10T15:00:00Z'),
  ),
  computes(
    '$dateTrunc knows weeks from Monday',
    { d: new Date('2024-03-10T12:00:00Z') },
    { $dateTrunc: { date: '$d', unit: 'week', startOfWeek: 'monday' } },
    new Date('2024-03-04T00:00:00Z'),
  ),
  computes(
    '$dateTrunc knows months, quarters and years',
    { d: new Date('2024-05-10T12:00:00Z') },
    ['month', 'quarter', 'year'].map((unit) => ({ $dateTrunc: { date: '$d', unit } })),
    [new Date('2024-05-01T00:00:00Z'), new Date('2024-04-01T00:00:00Z'), new Date('2024-01-01T00:00:00Z')],
  ),
  computes(
    'parts of a date',
    { d: new Date('2024-12-30T23:30:00Z') },
    [
      { $year: '$d' },
      { $month: '$d' },
      { $dayOfMonth: '$d' },
      { $dayOfWeek: '$d' },
      { $hour: '$d' },
      { $isoWeek: '$d' },
      { $isoWeekYear: '$d' },
    ],
    [2024, 12, 30, 2, 23, 1, 2025],
  ),
  computes('$literal is never an expression', {}, { $literal: '$a' }, '$a'),
  computes(
    '$mergeObjects lets the last win',
    { a: { x: 1, y: 1 } },
    { $mergeObjects: ['$a', { y: 2 }] },
    { x: 1, y: 2 },
  ),
  refusesPipeline('an unknown stage', [{ $foo: {} }], 40324),
  refusesPipeline('an unknown expression', [{ $addFields: { a: { $foo: 1 } } }], 168),
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
  refusesPipeline('division by nothing', [{ $project: { v: { $divide: ['$a', 0] } } }], 2),
  refusesPipeline('arithmetic with text', [{ $project: { v: { $add: ['$a', '$s'] } } }], 14),
  refusesPipeline('$size of what is no array', [{ $project: { v: { $size: '$a' } } }], 17124),
  refusesPipeline(
    'a $switch without a branch that fits',
    [{ $project: { v: { $switch: { branches: [branch({ $eq: ['$a', 99] }, 1)] } } } }],
    40066,
  ),
  refusesPipeline(
    'a timezone that nobody knows',
    [{ $project: { v: { $dateTrunc: { date: new Date(0), unit: 'day', timezone: 'Moon/Base' } } } }],
    40485,
  ),
  refusesPipeline('a root that is no document', [{ $replaceWith: '$a' }], 40228),
  refusesPipeline('text that is no object id', [{ $project: { v: { $toObjectId: '$s' } } }], 241),
]);
