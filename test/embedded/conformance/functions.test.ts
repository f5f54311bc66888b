import { Long } from 'mongodb';
import { answers, computes } from './pipelines.js';
import { describeConformance } from './suite.js';

const at = (text: string) => new Date(text);

describeConformance('Functions', [
  computes(
    '$split, $strcasecmp and $strLenBytes',
    { s: 'a,b,,c' },
    [{ $split: ['$s', ','] }, { $strcasecmp: ['$s', 'B'] }, { $strLenBytes: 'ä€' }],
    [['a', 'b', '', 'c'], -1, 5],
  ),
  computes(
    'strings of a missing field are empty or null',
    {},
    [{ $toUpper: '$zz' }, { $substrCP: ['$zz', 0, 1] }, { $concat: ['a', '$zz'] }, { $split: ['$zz', ','] }],
    ['', '', null, null],
  ),
  computes(
    '$range counts up and down',
    {},
    [{ $range: [0, 4] }, { $range: [5, 0, -2] }, { $range: [3, 3] }],
    [[0, 1, 2, 3], [5, 3, 1], []],
  ),
  computes(
    '$slice takes from either end and from a place',
    { l: [1, 2, 3, 4] },
    [
      { $slice: ['$l', 2] },
      { $slice: ['$l', -2] },
      { $slice: ['$l', 1, 2] },
      { $slice: ['$l', -3, 2] },
      { $slice: ['$l', 9] },
    ],
    [
      [1, 2],
      [3, 4],
      [2, 3],
      [2, 3],
      [1, 2, 3, 4],
    ],
  ),
  computes(
    '$indexOfArray finds the first place or -1',
    { l: ['a', 'b', 'a'] },
    [
      { $indexOfArray: ['$l', 'a'] },
      { $indexOfArray: ['$l', 'a', 1] },
      { $indexOfArray: ['$l', 'z'] },
      { $indexOfArray: ['$zz', 'a'] },
    ],
    [0, 2, -1, null],
  ),
  computes(
    '$objectToArray and $arrayToObject turn into each other',
    { o: { x: 1, y: { z: 2 } } },
    [
      { $objectToArray: '$o' },
      {
        $arrayToObject: [
          [
            ['p', 1],
            ['q', 2],
          ],
        ],
      },
      { $arrayToObject: { $objectToArray: '$o' } },
    ],
    [
      [
        { k: 'x', v: 1 },
        { k: 'y', v: { z: 2 } },
      ],
      { p: 1, q: 2 },
      { x: 1, y: { z: 2 } },
    ],
  ),
  computes(
    '$concatArrays and $reverseArray',
    { l: [1, 2] },
    [{ $concatArrays: ['$l', [3]] }, { $reverseArray: '$l' }, { $concatArrays: ['$l', '$zz'] }],
    [[1, 2, 3], [2, 1], null],
  ),
  computes(
    '$first and $last of a list',
    { l: [1, 2], e: [] },
    { a: { $first: '$l' }, b: { $last: '$l' }, c: { $first: '$e' } },
    { a: 1, b: 2 },
    { secantusdb: { answer: [{ v: { a: 1, b: 2, c: null } }], because: 'the first of nothing is null' } },
  ),
  computes(
    '$in and $isArray',
    { l: [1, 2] },
    [{ $in: [2, '$l'] }, { $in: [9, '$l'] }, { $isArray: '$l' }, { $isArray: '$zz' }],
    [true, false, true, false],
  ),
  computes(
    'sets compare members by value',
    { a: [1, 2, 2], b: [2, 3] },
    [
      { $setUnion: ['$a', '$b'] },
      { $setIntersection: ['$a', '$b'] },
      { $setDifference: ['$a', '$b'] },
      { $setIsSubset: [[2], '$b'] },
    ],
    [[1, 2, 3], [2], [1], true],
  ),
  computes(
    '$sum, $avg, $min and $max of a list pass over what is no number',
    { l: [1, 'x', 4, null] },
    [{ $sum: '$l' }, { $avg: '$l' }, { $max: [1, 5, 3] }, { $min: ['$zz', 7] }],
    [5, 2.5, 5, 7],
  ),
  computes(
    'powers, roots and logarithms',
    {},
    [{ $pow: [2, 10] }, { $sqrt: 9 }, { $ln: 1 }, { $log10: 1000 }, { $log: [8, 2] }, { $exp: 0 }],
    [1024, 3, 0, 3, 3, 1],
  ),
  computes(
    '$mod has the sign of the dividend',
    {},
    [{ $mod: [7, 3] }, { $mod: [-7, 3] }, { $mod: [7.5, 2] }],
    [1, -1, 1.5],
  ),
  computes(
    '$abs, $ceil, $floor and $trunc',
    { a: -1.5 },
    [{ $abs: '$a' }, { $ceil: '$a' }, { $floor: '$a' }, { $trunc: ['$a', 0] }, { $trunc: [1.239, 2] }],
    [1.5, -1, -2, -1, 1.23],
  ),
  computes(
    '$cmp orders across types',
    { a: 'x' },
    [{ $cmp: ['$a', 5] }, { $cmp: [1, 1] }, { $cmp: [null, 1] }],
    [1, 0, -1],
  ),
  computes(
    '$and, $or and $not know truth',
    { z: 0, s: '' },
    [{ $and: ['$s', 1] }, { $or: ['$z', null, '$zz'] }, { $not: ['$z'] }],
    [true, false, true],
  ),
  computes(
    '$type names types',
    { s: 'x', n: 1, f: 1.5, l: [], d: at('2024-01-01'), o: {} },
    ['$s', '$n', '$f', '$l', '$d', '$o', '$zz', null].map((path) => ({ $type: path })),
    ['string', 'int', 'double', 'array', 'date', 'object', 'missing', 'null'],
  ),
  computes(
    '$toInt, $toDouble, $toLong and $toBool convert',
    { s: '12', f: 3.9 },
    [{ $toInt: '$s' }, { $toInt: '$f' }, { $toDouble: '1.5' }, { $toBool: 'false' }, { $toBool: 0 }, { $toInt: null }],
    [12, 3, 1.5, true, false, null],
  ),
  computes(
    '$toLong keeps integers of 64 bits',
    { s: '9007199254740993' },
    { $toString: { $toLong: '$s' } },
    '9007199254740993',
  ),
  computes(
    '$add and $multiply are exact for integers of 64 bits',
    { a: Long.fromString('9007199254740993') },
    [{ $toString: { $add: ['$a', 2] } }, { $toString: { $multiply: ['$a', 3] } }],
    ['9007199254740995', '27021597764222979'],
  ),
  computes(
    '$toDate reads dates and milliseconds',
    { s: '2024-03-05T00:00:00Z', n: Long.fromNumber(1709596800000) },
    [{ $toDate: '$s' }, { $toDate: '$n' }],
    [at('2024-03-05T00:00:00Z'), at('2024-03-05T00:00:00Z')],
  ),
  computes(
    '$add moves a date by milliseconds',
    { d: at('2024-01-01T00:00:00Z') },
    { $add: ['$d', 86_400_000] },
    at('2024-01-02T00:00:00Z'),
  ),
  computes(
    '$let binds and shadows',
    { a: 1 },
    { $let: { vars: { x: '$a' }, in: { $let: { vars: { x: { $add: ['$$x', 1] } }, in: '$$x' } } } },
    2,
  ),
  answers(
    'accumulators of objects and of either end',
    [{ o: { a: 1 }, n: 3 }, { o: { a: 2, b: 1 }, n: 1 }, { n: 2 }],
    [
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: null,
          o: { $mergeObjects: '$o' },
          low: { $minN: { n: 2, input: '$n' } },
          end: { $lastN: { n: 2, input: '$n' } },
          bottom: { $bottom: { sortBy: { n: 1 }, output: '$n' } },
        },
      },
    ],
    [{ _id: null, o: { a: 2, b: 1 }, low: [1, 2], end: [1, 2], bottom: 3 }],
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
]);
