import { type Document, ObjectId, type UpdateFilter } from 'mongodb';
import { type ConformanceCase, errorOf } from './suite.js';

type Update = Document | Document[];
interface Options {
  readonly arrayFilters?: Document[];
  readonly filter?: Document;
}

/** The document after an update, without its _id, and whether it was modified. */
export function becomes(
  title: string,
  before: Document,
  update: Update,
  expected: Document,
  options: Options = {},
): ConformanceCase {
  return {
    title,
    expected: { document: expected, modified: JSON.stringify(before) === JSON.stringify(expected) ? 0 : 1 },
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, ...before } as Document);
      const { filter = {}, ...rest } = options;
      const result = await coll.updateOne({ ...filter, _id: 1 } as Document, update as UpdateFilter<Document>, rest);
      const { _id, ...document } = (await coll.findOne({ _id: 1 } as Document)) as Document;
      return { document, modified: result.modifiedCount };
    },
  };
}

/** The code of the error; the document stays as it was. */
export function refusesUpdate(
  title: string,
  before: Document,
  update: Update,
  code: number,
  options: Options & { wrong?: ConformanceCase['wrong'] } = {},
): ConformanceCase {
  const { filter = {}, wrong, ...rest } = options;
  return {
    title,
    expected: { error: { code }, document: { _id: 1, ...before } },
    ...(wrong === undefined ? {} : { wrong }),
    run: async ({ coll }) => {
      await coll.insertOne({ _id: 1, ...before } as Document);
      const error = await errorOf(
        coll.updateOne({ ...filter, _id: 1 } as Document, update as UpdateFilter<Document>, rest),
      );
      return { error, document: await coll.findOne({ _id: 1 } as Document) };
    },
  };
}

/** The document that an upsert inserts. */
export function inserts(title: string, filter: Document, update: Update, expected: Document): ConformanceCase {
  return {
    title,
    expected: { upserted: 1, matched: 0, document: expected },
    run: async ({ coll }) => {
      const result = await coll.updateOne(filter, update as UpdateFilter<Document>, { upsert: true });
      const document = (await coll.findOne({})) as Document;
      const { _id, ...rest } = document;
      const made = _id instanceof ObjectId && result.upsertedId?.equals(_id);
      return { upserted: result.upsertedCount, matched: result.matchedCount, document: made ? rest : document };
    },
  };
}
