import type { Document } from 'bson';
import { describe, expect, it } from 'vitest';
import type { FindRequest } from '../../../src/embedded/contracts.js';
import { createQueryLanguage } from '../../../src/embedded/query/index.js';

const language = createQueryLanguage();

/** Runs a pipeline over documents in memory and notes every read that it asks for. */
function run(documents: Document[], pipeline: Document[]) {
  const finds: FindRequest[] = [];
  const counts: FindRequest[] = [];
  const select = ({ filter = {}, sort, skip = 0, limit }: FindRequest) => {
    const matching = documents.filter(language.compileFilter(filter));
    if (sort !== undefined) matching.sort(language.compileSort(sort));
    return matching.slice(skip, limit === undefined ? undefined : skip + limit);
  };
  const plan = { stage: 'COLLSCAN', blockingSort: false, covered: false } as const;
  const result = language.aggregate({
    ns: 'db.rows',
    pipeline,
    find: (request) => {
      finds.push(request);
      return Object.assign(select(request), { plan, examined: { keys: 0, docs: 0 } });
    },
    count: (request) => {
      counts.push(request);
      return select(request).length;
    },
  });
  return { rows: [...result], finds, counts };
}

const documents = Array.from({ length: 10 }, (_none, at) => ({ _id: at, t: at % 2, n: at }));

describe('What a pipeline asks of storage', () => {
  it('is one find for leading $match, $sort, $skip and $limit', () => {
    const { rows, finds } = run(documents, [
      { $match: { t: 1 } },
      { $match: { n: { $gt: 1 } } },
      { $sort: { n: -1 } },
      { $skip: 1 },
      { $limit: 2 },
      { $project: { n: 1 } },
    ]);
    expect(finds).toEqual([
      { ns: 'db.rows', filter: { $and: [{ t: 1 }, { n: { $gt: 1 } }] }, sort: { n: -1 }, skip: 1, limit: 2 },
    ]);
    expect(rows).toEqual([
      { _id: 7, n: 7 },
      { _id: 5, n: 5 },
    ]);
  });

  it('keeps stages in their order when that matters', () => {
    const { rows, finds } = run(documents, [{ $limit: 4 }, { $match: { t: 1 } }, { $sort: { n: -1 } }]);
    expect(finds).toEqual([{ ns: 'db.rows', limit: 4 }]);
    expect(rows.map(({ n }) => n)).toEqual([3, 1]);
    expect(run(documents, [{ $skip: 8 }, { $skip: 1 }]).rows.map(({ n }) => n)).toEqual([9]);
    expect(run(documents, [{ $limit: 2 }, { $limit: 5 }]).rows).toHaveLength(2);
  });

  it('is a count alone for $count and for the $group that drivers send', () => {
    const counted = run(documents, [{ $match: { t: 1 } }, { $count: 'n' }]);
    expect(counted).toMatchObject({ rows: [{ n: 5 }], finds: [], counts: [{ filter: { t: 1 } }] });
    const grouped = run(documents, [
      { $match: { t: 1 } },
      { $skip: 1 },
      { $limit: 3 },
      { $group: { _id: 1, n: { $sum: 1 } } },
    ]);
    expect(grouped).toMatchObject({ rows: [{ _id: 1, n: 3 }], finds: [], counts: [{ filter: { t: 1 } }] });
    expect(run(documents, [{ $match: { t: 7 } }, { $group: { _id: 1, n: { $sum: 1 } } }]).rows).toEqual([]);
  });

  it('is one indexable find for each document of a $lookup', () => {
    const lookup = {
      $lookup: {
        from: 'others',
        let: { t: '$t', from: '$n' },
        pipeline: [
          { $match: { $expr: { $and: [{ $eq: ['$t', '$$t'] }, { $gte: ['$n', '$$from'] }, { $lt: ['$n', 100] }] } } },
          { $sort: { n: -1 } },
          { $limit: 1 },
        ],
        as: 'best',
      },
    };
    const { rows, finds } = run(documents, [{ $match: { _id: { $lt: 2 } } }, lookup]);
    expect(rows.map(({ best }) => best)).toEqual([[documents[8]], [documents[9]]]);
    expect(finds).toHaveLength(3);
    expect(finds[1]).toMatchObject({
      ns: 'db.others',
      filter: { $and: [{ t: { $eq: 0 } }, { n: { $gte: 0 } }, { n: { $lt: 100 } }, { $expr: expect.anything() }] },
      sort: { n: -1 },
      limit: 1,
    });
  });

  it('adds no plain condition that does not follow from the expression', () => {
    const filterOf = (expression: unknown) => run([], [{ $match: { $expr: expression } }]).finds[0]?.filter;
    for (const open of [
      { $gt: ['$n', 5] },
      { $lt: ['$n', 5] },
      { $ne: ['$n', 5] },
      { $eq: ['$n', null] },
      { $eq: ['$n', [1]] },
      { $eq: ['$n.0', 1] },
      { $eq: ['$n', '$t'] },
      { $or: [{ $eq: ['$n', 1] }, { $eq: ['$n', 2] }] },
      { $and: [{ $gt: ['$n', 5] }, { $lt: ['$n', 'x'] }] },
      { $and: [{ $gt: ['$n', 5] }, { $gte: ['$n', 1] }] },
    ]) {
      expect(filterOf(open)).toEqual({ $expr: open });
    }
    expect(filterOf({ $eq: [7, '$n'] })).toMatchObject({ $and: [{ n: { $eq: 7 } }, {}] });
  });

  it('is refused before the first read when a later stage is wrong', () => {
    const { finds } = run(documents, []);
    expect(finds).toHaveLength(1);
    expect(() => run(documents, [{ $match: {} }, { $foo: 1 }])).toThrow("Unrecognized pipeline stage name: '$foo'");
    expect(() => run([], [{ $lookup: { from: 'x', as: 'y', pipeline: [{ $foo: 1 }] } }])).toThrow('$foo');
  });

  it('leaves the documents of storage as they were', () => {
    const row = { _id: 1, a: { b: 1 }, l: [1, 2] };
    run([row], [{ $set: { 'a.c': 2 } }, { $unwind: '$l' }, { $project: { a: 1 } }]);
    expect(row).toEqual({ _id: 1, a: { b: 1 }, l: [1, 2] });
  });
});
