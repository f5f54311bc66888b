import { Binary, Decimal128, type Document, Double, Long, ObjectId } from 'mongodb';
import { type ConformanceCase, describeConformance, errorOf } from './suite.js';

const id = (last: string) => ObjectId.createFromHexString(`00000000000000000000000${last}`);
const day = (date: number) => new Date(Date.UTC(2024, 0, date));

/** Ids of the documents that a filter finds, in order. */
function finds(
  title: string,
  documents: Document[],
  filter: Document,
  expected: unknown[],
  wrong?: ConformanceCase['wrong'],
): ConformanceCase {
  return {
    title,
    expected,
    ...(wrong === undefined ? {} : { wrong }),
    run: async ({ coll }) => {
      await coll.insertMany(documents.map((document, at) => ({ _id: at + 1, ...document }) as Document));
      return (await coll.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    },
  };
}

/** The code of the error with which a filter is refused. */
function refuses(title: string, filter: Document, code: number, wrong?: ConformanceCase['wrong']): ConformanceCase {
  return {
    title,
    expected: { code },
    ...(wrong === undefined ? {} : { wrong }),
    run: async ({ coll }) => {
      await coll.insertOne({ a: 1 });
      return errorOf(coll.find(filter).toArray());
    },
  };
}

const mixed = [{ a: 1 }, { a: 'x' }, { a: null }, {}, { a: [1, 5] }, { a: { b: 1 } }, { a: day(1) }, { a: true }];
const nested = [
  { a: { b: 1 } },
  { a: [{ b: 1 }, { b: 2 }] },
  { a: 5 },
  { a: [] },
  { a: [{ c: 1 }] },
  {},
  { a: [1, 2] },
];
const ids = [{ o: id('1') }, { o: id('2') }, { o: id('3') }];

describeConformance('Filters', [
  finds('equality finds the value itself and an array that holds it', mixed, { a: 1 }, [1, 5]),
  finds('equality with null finds null and missing fields', mixed, { a: null }, [3, 4]),
  finds('$ne null finds what is there', mixed, { a: { $ne: null } }, [1, 2, 5, 6, 7, 8]),
  finds('$exists tells null from missing', mixed, { a: { $exists: false } }, [4]),
  finds('a range stays inside the type of its bound', mixed, { a: { $gt: 0 } }, [1, 5]),
  finds('a range of strings finds no numbers', mixed, { a: { $gte: '' } }, [2]),
  finds('a range of dates finds dates only', mixed, { a: { $lte: day(31) } }, [7]),
  finds('a range of booleans finds booleans only', mixed, { a: { $gte: false } }, [8]),
  finds('$gte null finds null and missing fields', mixed, { a: { $gte: null } }, [3, 4]),
  finds('$lt null finds nothing', mixed, { a: { $lt: null } }, []),
  finds('two bounds may be met by different elements of an array', mixed, { a: { $gt: 2, $lt: 4 } }, [5]),
  finds('equality with a document looks at all its fields', mixed, { a: { b: 1 } }, [6]),
  finds(
    'equality with a document respects the order of fields',
    [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }],
    { a: { x: 1, y: 2 } },
    [1],
  ),
  finds(
    'equality with an array finds it as a whole and as an element',
    [{ a: [1, 2] }, { a: [[1, 2]] }, { a: [2, 1] }],
    { a: [1, 2] },
    [1, 2],
  ),
  finds('$in takes values of several types and null', mixed, { a: { $in: ['x', null, 5] } }, [2, 3, 4, 5]),
  finds('a dotted path enters documents and arrays of them', nested, { 'a.b': 1 }, [1, 2]),
  finds('a dotted path equals null where a part is missing', nested, { 'a.b': null }, [3, 5, 6]),
  finds('a dotted path exists where one element has it', nested, { 'a.b': { $exists: true } }, [1, 2]),
  finds('a number in a path is an index of an array', [{ a: [7, 8] }, { a: { 1: 8 } }, { a: 8 }], { 'a.1': 8 }, [1, 2]),
  finds('$or and $and combine', mixed, { $and: [{ $or: [{ a: 1 }, { a: 'x' }] }, { a: { $type: 'string' } }] }, [2]),
  finds(
    'a page after a key is an $or of ranges',
    [
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 0 },
    ],
    { $or: [{ a: { $gt: 1 } }, { a: 1, b: { $gt: 1 } }] },
    [2, 3],
  ),
  finds('$type knows object ids', [{ a: id('1') }, { a: 'x' }], { a: { $type: 'objectId' } }, [1]),
  finds('$type knows arrays', [{ a: [1] }, { a: 1 }], { a: { $type: 'array' } }, [1]),
  finds(
    "$type 'number' takes every kind of number",
    [{ a: 1 }, { a: 1.5 }, { a: Long.fromString('9007199254740993') }, { a: Decimal128.fromString('1') }, { a: '1' }],
    { a: { $type: 'number' } },
    [1, 2, 3, 4],
  ),
  finds(
    '$type tells integers of 64 bits',
    [{ a: 1 }, { a: Long.fromString('9007199254740993') }],
    { a: { $type: 'long' } },
    [2],
  ),
  finds('$expr compares two fields', [{ a: 1, b: 2 }, { a: 2, b: 1 }, { a: 1 }], { $expr: { $lt: ['$a', '$b'] } }, [1]),
  finds(
    '$expr orders across types: missing below everything',
    [{ a: 1 }, { a: 'x' }, {}],
    { $expr: { $gt: ['$a', 5] } },
    [2],
  ),
  finds('object ids are equal by value', ids, { o: id('2') }, [2]),
  finds('object ids are ordered', ids, { o: { $lt: id('2') } }, [1]),
  finds('$in finds object ids', ids, { o: { $in: [id('1'), id('3'), new ObjectId()] } }, [1, 3]),
  finds('$ne tells object ids apart', ids, { o: { $ne: id('1') } }, [2, 3]),
  finds(
    'a half-open range of dates',
    [{ d: day(1) }, { d: day(2) }, { d: day(3) }],
    { d: { $gte: day(1), $lt: day(3) } },
    [1, 2],
  ),
  finds(
    'numbers of different types are equal',
    [{ a: 5 }, { a: Long.fromNumber(5) }, { a: 5.5 }, { a: new Double(5) }],
    { a: 5 },
    [1, 2, 4],
  ),
  finds(
    'integers beyond 2^53 are told apart',
    [{ a: Long.fromString('9007199254740993') }, { a: Long.fromString('9007199254740992') }],
    { a: Long.fromString('9007199254740993') },
    [1],
  ),
  finds(
    'binary values are equal by bytes',
    [{ a: new Binary(Buffer.from('ab')) }, { a: new Binary(Buffer.from('ac')) }],
    { a: new Binary(Buffer.from('ab')) },
    [1],
  ),
  finds(
    'NaN equals itself and is in no range',
    [{ a: Number.NaN }, { a: 1 }],
    { $or: [{ a: Number.NaN }, { a: { $lt: 0 } }] },
    [1],
  ),
  refuses('an unknown operator is refused by name', { a: { $foo: 1 } }, 2),
  refuses('an unknown operator at the top is refused', { $foo: 1 }, 2),
  refuses('$in wants a list', { a: { $in: 1 } }, 2),
  refuses('$or wants a list that is not empty', { $or: [] }, 2),
  refuses('an unknown expression inside $expr is refused', { $expr: { $foo: 1 } }, 168),
  refuses('a variable that nobody defined is refused', { $expr: { $eq: ['$a', '$$nobody'] } }, 17276),
]);
