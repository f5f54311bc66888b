import type { Document } from 'mongodb';
import { type CaseContext, type ConformanceCase, describeConformance, errorOf } from './suite.js';

/** Names of MongoDB's language that nobody sends to this server, each with a use that MongoDB would answer. */
const stages = {
  $addFields: { b: 1 },
  $replaceWith: '$o',
  $sortByCount: '$a',
  $facet: { all: [] },
  $setWindowFields: { sortBy: { a: 1 }, output: { s: { $sum: '$a' } } },
  $bucket: { groupBy: '$a', boundaries: [0, 9] },
  $sample: { size: 1 },
  $densify: { field: 'a', range: { step: 1, bounds: 'full' } },
  $fill: { output: { b: { value: 0 } } },
  $graphLookup: { from: 'rows', startWith: '$a', connectFromField: 'a', connectToField: 'a', as: 'g' },
  $unionWith: 'rows',
};

const expressions = {
  ...Object.fromEntries(
    ['$abs', '$ceil', '$floor', '$round', '$trunc', '$exp', '$ln', '$log10', '$sqrt'].map((name) => [name, '$a']),
  ),
  ...Object.fromEntries(['$multiply', '$divide', '$mod', '$pow', '$log', '$cmp'].map((name) => [name, ['$a', 2]])),
  ...Object.fromEntries(
    ['$sum', '$avg', '$min', '$max', '$setUnion', '$setIntersection'].map((name) => [name, ['$l']]),
  ),
  ...Object.fromEntries(
    ['$year', '$month', '$dayOfMonth', '$dayOfYear', '$dayOfWeek', '$isoDayOfWeek', '$isoWeek', '$isoWeekYear'].map(
      (name) => [name, '$d'],
    ),
  ),
  ...Object.fromEntries(['$week', '$hour', '$minute', '$second', '$millisecond'].map((name) => [name, '$d'])),
  ...Object.fromEntries(['$toLower', '$toUpper', '$strLenCP', '$strLenBytes'].map((name) => [name, '$s'])),
  ...Object.fromEntries(
    ['$type', '$isNumber', '$toBool', '$toString', '$toInt', '$toLong', '$toDouble', '$toDate'].map((name) => [
      name,
      '$a',
    ]),
  ),
  ...Object.fromEntries(
    ['$size', '$isArray', '$first', '$last', '$reverseArray', '$arrayToObject'].map((name) => [name, '$l']),
  ),
  $not: ['$a'],
  $in: [1, '$l'],
  $switch: {
    branches: [
      Object.fromEntries([
        ['case', true],
        ['then', 1],
      ]),
    ],
  },
  $map: { input: '$l', in: '$$this' },
  $filter: { input: '$l', cond: true },
  $reduce: { input: '$l', initialValue: 0, in: '$$this' },
  $concat: ['$s', '!'],
  $substrCP: ['$s', 0, 1],
  $split: ['$s', '-'],
  $strcasecmp: ['$s', 'x'],
  $toObjectId: '507f1f77bcf86cd799439011',
  $concatArrays: ['$l', [1]],
  $setDifference: ['$l', [1]],
  $setIsSubset: ['$l', [1]],
  $indexOfArray: ['$l', 1],
  $range: [0, 3],
  $slice: ['$l', 1],
  $mergeObjects: ['$o', {}],
  $objectToArray: '$o',
  $dateToString: { date: '$d' },
  $dateTrunc: { date: '$d', unit: 'day' },
};

const accumulators = {
  $avg: '$a',
  $count: {},
  $first: '$a',
  $last: '$a',
  $push: '$a',
  $addToSet: '$a',
  $mergeObjects: '$o',
  $firstN: { input: '$a', n: 1 },
  $lastN: { input: '$a', n: 1 },
  $minN: { input: '$a', n: 1 },
  $maxN: { input: '$a', n: 1 },
  $topN: { n: 1, sortBy: { a: 1 }, output: '$a' },
  $bottomN: { n: 1, sortBy: { a: 1 }, output: '$a' },
  $top: { sortBy: { a: 1 }, output: '$a' },
  $bottom: { sortBy: { a: 1 }, output: '$a' },
};

const conditions = {
  $nin: [9],
  $not: { $gt: 9 },
  $mod: [2, 1],
  $size: 1,
  $all: [1],
  $elemMatch: { $gt: 0 },
  $regex: 'x',
  $options: 'i',
};

const modifiers = {
  $mul: { a: 2 },
  $rename: { a: 'b' },
  $currentDate: { d: true },
  $pull: { l: 1 },
  $pullAll: { l: [1] },
  $pop: { l: 1 },
  $bit: { a: { or: 1 } },
};

/** Cases of one kind of name, each with the code of the error; the document stays as it was. */
function refused(
  kind: string,
  uses: Record<string, unknown>,
  code: number,
  send: (context: CaseContext, use: Document) => Promise<unknown>,
): ConformanceCase[] {
  return Object.entries(uses).map(([name, argument]) => ({
    title: `${kind} ${name}`,
    only: ['embedded'],
    expected: { error: { code }, document: stored },
    run: async (context) => {
      await context.coll.insertOne({ ...stored });
      const error = await errorOf(send(context, { [name]: argument }));
      return { error, document: await context.coll.findOne({}) };
    },
  }));
}

const stored: Document = { _id: 1, a: 1, s: 'x', l: [1], o: { b: 1 }, d: new Date(0) };

const pipeline = (make: (use: Document) => Document) => (context: CaseContext, use: Document) =>
  context.coll.aggregate([make(use)]).toArray();
const filter = (make: (use: Document) => Document) => (context: CaseContext, use: Document) =>
  context.coll.find(make(use)).toArray();
const update = (make: (use: Document) => Document) => (context: CaseContext, use: Document) =>
  context.coll.updateOne({}, make(use));

describeConformance('What nobody sends is refused:', [
  ...refused(
    'the stage',
    stages,
    40324,
    pipeline((use) => use),
  ),
  ...refused(
    'the expression',
    expressions,
    168,
    pipeline((use) => ({ $set: { v: use } })),
  ),
  ...refused(
    'in a projection the expression',
    expressions,
    31325,
    pipeline((use) => ({ $project: { v: use } })),
  ),
  ...refused(
    'in a filter the expression',
    expressions,
    168,
    filter((use) => ({ $expr: use })),
  ),
  ...refused(
    'the accumulator',
    accumulators,
    15952,
    pipeline((use) => ({ $group: { _id: null, v: use } })),
  ),
  ...refused(
    'the condition',
    conditions,
    2,
    filter((use) => ({ a: use })),
  ),
  ...refused(
    'at the top of a filter',
    { $nor: [{ a: 2 }], $comment: 'x', $where: 'true', $text: {} },
    2,
    filter((use) => use),
  ),
  ...refused(
    'the modifier',
    modifiers,
    9,
    update((use) => use),
  ),
  ...refused(
    'the clause of $push',
    { $slice: 1, $sort: 1, $position: 0 },
    2,
    update((use) => ({ $push: { l: { $each: [2], ...use } } })),
  ),
  ...refused('the stage of an update', { $addFields: { b: 1 }, $replaceWith: { b: 1 } }, 72, (context, use) =>
    context.coll.updateOne({}, [use]),
  ),
  ...refused('the path', { 'l.$': 9, 'l.$[]': 9 }, 2, (context, $set) => context.coll.updateOne({ l: 1 }, { $set })),
  ...refused(
    'inside an array the path',
    { 'l.0': 9, 'l.5': 9 },
    28,
    update(($set) => ({ $set })),
  ),
  ...refused(
    'inside an array the removed path',
    { 'l.0': '', 'l.x': '' },
    28,
    update(($unset) => ({ $unset })),
  ),
  ...refused('an array filter by', { x: 1 }, 9, (context, chosen) =>
    context.coll.updateOne({}, { $set: { a: 2 } }, { arrayFilters: [chosen] }),
  ),
  ...refused(
    'a pattern for',
    { s: /x/ },
    2,
    filter((use) => use),
  ),
  ...refused(
    'a pattern in the list of',
    { $in: [/x/] },
    2,
    filter((use) => ({ s: use })),
  ),
  ...refused(
    'a pattern that is not to be equal',
    { $ne: /x/ },
    2,
    filter((use) => ({ s: use })),
  ),
  ...refused(
    'the type by number',
    { $type: 2 },
    2,
    filter((use) => ({ s: use })),
  ),
  ...refused(
    'the option of $unwind',
    { includeArrayIndex: 'i', preserveNullAndEmptyArrays: true },
    28811,
    pipeline((use) => ({ $unwind: { path: '$l', ...use } })),
  ),
  ...refused(
    'in the projection of a find',
    { $slice: 1, $elemMatch: { $gt: 0 }, $meta: 'textScore' },
    31325,
    (context, use) => context.coll.find({}, { projection: { l: use } }).toArray(),
  ),
]);
