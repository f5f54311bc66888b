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
    '$group sums and counts; missing numbers do not count',
    sales,
    [{ $group: { _id: '$shop', sum: { $sum: '$n' }, rows: { $sum: 1 } } }, byId],
    [
      { _id: 'a', sum: 4, rows: 3 },
      { _id: 'b', sum: 5, rows: 1 },
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
          none: { $max: '$zz' },
        },
      },
    ],
    [{ _id: null, min: 1, max: 5, none: null }],
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
    '$unwind goes through documents, not through arrays',
    [{ o: { l: [1, 2] } }, { o: [{ l: [3] }] }],
    [{ $unwind: '$o.l' }],
    [
      { _id: 1, o: { l: 1 } },
      { _id: 1, o: { l: 2 } },
    ],
  ),
  answers(
    '$replaceRoot takes a document, or makes one',
    [{ a: { b: 1 } }],
    [{ $replaceRoot: { newRoot: '$a' } }, { $replaceRoot: { newRoot: { c: '$b' } } }],
    [{ c: 1 }],
  ),
  answers(
    '$set computes from the document before',
    [{ a: 1, b: 2 }],
    [{ $set: { a: '$b', b: '$a', 'c.d': { $add: ['$a', 10] } } }],
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
]);
