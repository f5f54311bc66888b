import type { Document } from 'mongodb';
import { type ConformanceCase, errorOf } from './suite.js';

/** Answer of a pipeline over documents with rising _id; `other` fills the second collection. */
export function answers(
  title: string,
  documents: Document[],
  pipeline: Document[],
  expected: unknown,
  more: { other?: Document[]; wrong?: ConformanceCase['wrong'] } = {},
): ConformanceCase {
  return {
    title,
    expected,
    ...(more.wrong === undefined ? {} : { wrong: more.wrong }),
    run: async ({ coll, other }) => {
      if (documents.length > 0)
        await coll.insertMany(documents.map((document, at) => ({ _id: at + 1, ...document }) as Document));
      if (more.other)
        await other.insertMany(more.other.map((document, at) => ({ _id: at + 1, ...document }) as Document));
      return coll.aggregate(pipeline).toArray();
    },
  };
}

/** The value of an expression for one document. */
export function computes(
  title: string,
  document: Document,
  expression: unknown,
  expected: unknown,
  wrong?: ConformanceCase['wrong'],
): ConformanceCase {
  const shaped = (value: unknown) => (value === undefined ? [{}] : [{ v: value }]);
  return answers(
    title,
    [document],
    [{ $project: { _id: 0, v: expression } }],
    shaped(expected),
    wrong === undefined ? {} : { wrong },
  );
}

/** The code of the error with which a pipeline is refused. */
export function refusesPipeline(
  title: string,
  pipeline: Document[],
  code: number,
  wrong?: ConformanceCase['wrong'],
): ConformanceCase {
  return {
    title,
    expected: { code },
    ...(wrong === undefined ? {} : { wrong }),
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, a: 1, s: 'x', l: [1] } as Document);
      return errorOf(coll.aggregate(pipeline).toArray());
    },
  };
}
