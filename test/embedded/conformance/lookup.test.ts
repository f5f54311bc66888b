import { answers } from './pipelines.js';
import { describeConformance } from './suite.js';

describeConformance('$lookup', [
  answers(
    '$lookup by a field',
    [{ k: 1 }, { k: 9 }],
    [{ $lookup: { from: 'others', localField: 'k', foreignField: 'r', as: 'found' } }],
    [
      { _id: 1, k: 1, found: [{ _id: 1, r: 1 }] },
      { _id: 2, k: 9, found: [] },
    ],
    { other: [{ r: 1 }, { r: 2 }] },
  ),
  answers(
    '$lookup by a field joins every element of an array',
    [{ k: [1, 2] }],
    [
      { $lookup: { from: 'others', localField: 'k', foreignField: 'r', as: 'found' } },
      { $project: { 'found._id': 1 } },
    ],
    [{ _id: 1, found: [{ _id: 1 }, { _id: 2 }] }],
    { other: [{ r: 1 }, { r: 2 }, { r: 3 }] },
  ),
  answers(
    '$lookup by a missing field finds null and missing',
    [{}],
    [
      { $lookup: { from: 'others', localField: 'k', foreignField: 'r', as: 'found' } },
      { $project: { 'found._id': 1 } },
    ],
    [{ _id: 1, found: [{ _id: 2 }, { _id: 3 }] }],
    { other: [{ r: 1 }, { r: null }, {}] },
  ),
  answers(
    '$lookup by let and pipeline limits each document on its own',
    [{ k: 'a' }, { k: 'b' }],
    [
      {
        $lookup: {
          from: 'others',
          let: { key: '$k' },
          pipeline: [
            { $match: { $expr: { $eq: ['$r', '$$key'] } } },
            { $sort: { v: -1 } },
            { $limit: 1 },
            { $project: { _id: 0, v: 1 } },
          ],
          as: 'best',
        },
      },
    ],
    [
      { _id: 1, k: 'a', best: [{ v: 3 }] },
      { _id: 2, k: 'b', best: [{ v: 2 }] },
    ],
    {
      other: [
        { r: 'a', v: 1 },
        { r: 'a', v: 3 },
        { r: 'b', v: 2 },
      ],
    },
  ),
  answers(
    '$lookup compares ranges across types as expressions do',
    [{ k: 2 }],
    [
      {
        $lookup: {
          from: 'others',
          let: { key: '$k' },
          pipeline: [{ $match: { $expr: { $gt: ['$r', '$$key'] } } }],
          as: 'more',
        },
      },
      { $project: { 'more._id': 1 } },
    ],
    [{ _id: 1, more: [{ _id: 2 }, { _id: 3 }] }],
    { other: [{ r: 1 }, { r: 3 }, { r: 'text' }, {}] },
  ),
  answers(
    '$lookup from a collection that is not there finds nothing',
    [{ k: 1 }],
    [{ $lookup: { from: 'nowhere', localField: 'k', foreignField: 'r', as: 'found' } }],
    [{ _id: 1, k: 1, found: [] }],
  ),
  answers(
    '$lookup by a field and a pipeline keeps the join',
    [{ k: 1 }, { k: 2 }],
    [
      {
        $lookup: {
          from: 'others',
          localField: 'k',
          foreignField: 'r',
          pipeline: [{ $sort: { v: -1 } }, { $limit: 1 }, { $project: { _id: 0, v: 1 } }],
          as: 'best',
        },
      },
    ],
    [
      { _id: 1, k: 1, best: [{ v: 5 }] },
      { _id: 2, k: 2, best: [] },
    ],
    {
      other: [
        { r: 1, v: 3 },
        { r: 1, v: 5 },
        { r: 3, v: 9 },
      ],
    },
  ),
  answers(
    '$lookup inside $lookup reads the variables of both',
    [{ k: 1 }],
    [
      {
        $lookup: {
          from: 'others',
          let: { outer: '$k' },
          pipeline: [
            { $match: { $expr: { $eq: ['$r', '$$outer'] } } },
            {
              $lookup: {
                from: 'others',
                let: { inner: '$v' },
                pipeline: [{ $match: { $expr: { $and: [{ $eq: ['$v', '$$inner'] }, { $gt: ['$r', '$$outer'] }] } } }],
                as: 'same',
              },
            },
            { $project: { 'same._id': 1 } },
          ],
          as: 'found',
        },
      },
      { $project: { found: 1 } },
    ],
    [{ _id: 1, found: [{ _id: 1, same: [{ _id: 2 }] }] }],
    {
      other: [
        { r: 1, v: 7 },
        { r: 2, v: 7 },
        { r: 3, v: 8 },
      ],
    },
  ),
  answers(
    'a let variable with a name that an inner $let takes over',
    [{ k: 2 }],
    [
      {
        $lookup: {
          from: 'others',
          let: { x: '$k' },
          pipeline: [
            { $match: { $expr: { $eq: [{ $let: { vars: { x: { $add: ['$$x', 1] } }, in: '$$x' } }, '$r'] } } },
            { $project: { _id: 1 } },
          ],
          as: 'found',
        },
      },
    ],
    [{ _id: 1, k: 2, found: [{ _id: 2 }] }],
    { other: [{ r: 2 }, { r: 3 }, { r: 4 }] },
  ),
]);
