import { answers } from './pipelines.js';
import { describeConformance } from './suite.js';

const sales = [
  { shop: 'a', n: 1, on: new Date('2024-01-01T10:00:00Z') },
  { shop: 'b', n: 5, on: new Date('2024-01-01T11:00:00Z') },
  { shop: 'a', n: 3, on: new Date('2024-01-02T10:00:00Z') },
  { shop: 'a', on: new Date('2024-01-03T10:00:00Z') },
];
const byId = { $sort: { _id: 1 } };

describeConformance('Stages', [
  answers(
    '$match, $sort, $skip and $limit',
    sales,
    [{ $match: { shop: 'a' } }, { $sort: { on: -1 } }, { $skip: 1 }, { $limit: 1 }, { $project: { n: 1 } }],
    [{ _id: 3, n: 3 }],
  ),
  answers('$count counts', sales, [{ $match: { shop: 'a' } }, { $count: 'n' }], [{ n: 3 }]),
  answers('$count of nothing answers nothing', sales, [{ $match: { shop: 'z' } }, { $count: 'n' }], [], {
    wrong: { secantusdb: { answer: [{ n: 0 }], because: 'answers a row with 0' } },
  }),
  answers(
    '$count of nothing answers nothing inside $facet',
    sales,
    [{ $facet: { none: [{ $match: { shop: 'z' } }, { $count: 'n' }], all: [{ $count: 'n' }] } }],
    [{ none: [], all: [{ n: 4 }] }],
    { wrong: { secantusdb: { answer: [{ none: [{ n: 0 }], all: [{ n: 4 }] }], because: 'answers a row with 0' } } },
  ),
  answers(
    '$group sums, counts and averages; missing numbers do not count',
    sales,
    [
      { $group: { _id: '$shop', sum: { $sum: '$n' }, rows: { $sum: 1 }, avg: { $avg: '$n' }, count: { $count: {} } } },
      byId,
    ],
    [
      { _id: 'a', sum: 4, rows: 3, avg: 2, count: 3 },
      { _id: 'b', sum: 5, rows: 1, avg: 5, count: 1 },
    ],
  ),
  answers(
    '$group finds extremes and passes over null',
    sales,
    [
      {
        $group: {
          _id: null,
          min: { $min: '$n' },
          max: { $max: '$n' },
          first: { $first: '$shop' },
          none: { $max: '$zz' },
        },
      },
    ],
    [{ _id: null, min: 1, max: 5, first: 'a', none: null }],
  ),
  answers(
    '$first and $last follow the order before and are null for a missing field',
    sales,
    [{ $sort: { on: 1 } }, { $group: { _id: '$shop', first: { $first: '$n' }, last: { $last: '$n' } } }, byId],
    [
      { _id: 'a', first: 1, last: null },
      { _id: 'b', first: 5, last: 5 },
    ],
  ),
  answers(
    '$push leaves out missing values, $addToSet repeats none',
    [{ v: 1 }, { v: 1 }, {}, { v: null }],
    [
      { $group: { _id: null, all: { $push: '$v' }, set: { $addToSet: '$v' } } },
      { $project: { all: 1, size: { $size: '$set' } } },
    ],
    [{ _id: null, all: [1, 1, null], size: 2 }],
  ),
  answers(
    '$group by several fields leaves out the missing ones',
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ $group: { _id: { a: '$a', b: '$b' }, n: { $sum: 1 } } }, { $sort: { '_id.b': 1 } }],
    [
      { _id: { a: 1 }, n: 1 },
      { _id: { a: 1, b: 2 }, n: 1 },
    ],
  ),
  answers(
    '$group joins null and missing',
    [{ a: null }, {}, { a: 1 }],
    [{ $group: { _id: '$a', n: { $sum: 1 } } }, byId],
    [
      { _id: null, n: 2 },
      { _id: 1, n: 1 },
    ],
  ),
  answers(
    '$group by the day of a date',
    sales,
    [{ $group: { _id: { $dateTrunc: { date: '$on', unit: 'day' } }, n: { $sum: 1 } } }, byId, { $limit: 1 }],
    [{ _id: new Date('2024-01-01T00:00:00Z'), n: 2 }],
  ),
  answers(
    '$topN, $firstN and $maxN',
    sales,
    [
      {
        $group: {
          _id: null,
          top: { $topN: { n: 2, sortBy: { on: -1 }, output: '$shop' } },
          first: { $firstN: { n: 2, input: '$shop' } },
          max: { $maxN: { n: 2, input: '$n' } },
        },
      },
    ],
    [{ _id: null, top: ['a', 'a'], first: ['a', 'b'], max: [5, 3] }],
  ),
  answers(
    '$top answers one value',
    sales,
    [{ $group: { _id: null, top: { $top: { sortBy: { on: -1 }, output: '$_id' } } } }],
    [{ _id: null, top: 4 }],
  ),
  answers(
    '$sum of doubles loses nothing',
    Array.from({ length: 10 }, () => ({ v: 0.1 })),
    [{ $group: { _id: null, s: { $sum: '$v' } } }],
    [{ _id: null, s: 1 }],
    { wrong: { secantusdb: { answer: [{ _id: null, s: 0.9999999999999999 }], because: 'sums are not compensated' } } },
  ),
  answers(
    '$sum passes over text',
    [{ v: 1 }, { v: 'x' }],
    [{ $group: { _id: null, s: { $sum: '$v' } } }],
    [{ _id: null, s: 1 }],
  ),
  answers(
    '$unwind makes one document of each element',
    [{ l: [1, 2] }, { l: [] }, {}, { l: 3 }],
    [{ $unwind: '$l' }],
    [
      { _id: 1, l: 1 },
      { _id: 1, l: 2 },
      { _id: 4, l: 3 },
    ],
  ),
  answers(
    '$unwind keeps empty ones and numbers elements when asked',
    [{ l: ['x'] }, { l: [] }, {}],
    [{ $unwind: { path: '$l', includeArrayIndex: 'at', preserveNullAndEmptyArrays: true } }],
    [
      { _id: 1, l: 'x', at: 0 },
      { _id: 2, at: null },
      { _id: 3, at: null },
    ],
  ),
  answers(
    '$replaceRoot and $replaceWith',
    [{ a: { b: 1 } }],
    [{ $replaceRoot: { newRoot: '$a' } }, { $replaceWith: { c: '$b' } }],
    [{ c: 1 }],
  ),
  answers(
    '$sortByCount sorts by frequency',
    sales,
    [{ $sortByCount: '$shop' }],
    [
      { _id: 'a', count: 3 },
      { _id: 'b', count: 1 },
    ],
  ),
  answers(
    '$addFields computes from the document before',
    [{ a: 1, b: 2 }],
    [{ $addFields: { a: '$b', b: '$a', 'c.d': { $add: ['$a', 10] } } }],
    [{ _id: 1, a: 2, b: 1, c: { d: 11 } }],
  ),
  answers(
    '$unset takes dotted paths',
    [{ a: { b: 1, c: 2 }, d: 1 }],
    [{ $unset: ['a.b', 'd'] }],
    [{ _id: 1, a: { c: 2 } }],
  ),
  answers('$project excludes', [{ a: 1, b: 2 }], [{ $project: { b: 0 } }], [{ _id: 1, a: 1 }]),
  answers(
    '$project includes inside arrays',
    [{ a: [{ b: 1, c: 2 }, { c: 3 }, 4] }],
    [{ $project: { 'a.b': 1 } }],
    [{ _id: 1, a: [{ b: 1 }, {}] }],
  ),
  answers(
    '$project of a missing field leaves it out',
    [{ a: 1 }],
    [{ $project: { x: '$zz', y: { z: '$zz' } } }],
    [{ _id: 1, y: {} }],
  ),
  answers(
    '$setWindowFields makes running totals',
    [
      { t: 'a', v: 1 },
      { t: 'b', v: 10 },
      { t: 'a', v: 2 },
    ],
    [
      {
        $setWindowFields: {
          partitionBy: '$t',
          sortBy: { _id: 1 },
          output: { total: { $sum: '$v', window: { documents: ['unbounded', 'current'] } } },
        },
      },
      byId,
      { $project: { total: 1 } },
    ],
    [
      { _id: 1, total: 1 },
      { _id: 2, total: 10 },
      { _id: 3, total: 3 },
    ],
  ),
  answers(
    '$setWindowFields makes moving averages',
    [{ v: 1 }, { v: 3 }, { v: 8 }],
    [
      { $setWindowFields: { sortBy: { _id: 1 }, output: { m: { $avg: '$v', window: { documents: [-1, 0] } } } } },
      { $project: { m: 1 } },
    ],
    [
      { _id: 1, m: 1 },
      { _id: 2, m: 2 },
      { _id: 3, m: 5.5 },
    ],
  ),
]);
