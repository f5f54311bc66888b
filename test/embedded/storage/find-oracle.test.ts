import type { Document } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexSpec, Transaction } from '../../../src/embedded/contracts.js';
import { index, insertAll, language, openTestStorage } from './harness.js';

/**
 * Whatever indexes there are, a read answers what a walk over all documents answers:
 * random collections, indexes, filters, sorts and limits, before and inside a transaction with writes of its own.
 */
const small = fc.constantFrom<unknown>(0, 1, 2, 3, 1.5, 'a', 'b', 'ab', null, true, new Date(5), new Date(9));
const long = fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z').map((end) => `${'l'.repeat(1_500)}${end}`);
const fieldValue = fc.oneof({ weight: 5, arbitrary: small }, { weight: 1, arbitrary: long });
const path = fc.constantFrom('a', 'b', 'c');
const document = fc.record({ a: fieldValue, b: fieldValue, c: fieldValue }, { requiredKeys: [] });

const comparison = fc
  .tuple(fc.constantFrom('$eq', '$gt', '$gte', '$lt', '$lte', '$ne'), fieldValue)
  .filter(([operator, value]) => value !== null || operator === '$eq' || operator === '$ne')
  .map(([operator, value]) => ({ [operator]: value }));
const between = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
const condition = fc.oneof(
  fieldValue,
  comparison,
  fc.array(fieldValue, { maxLength: 4 }).map(($in) => ({ $in })),
  between.map(([$gte, $lt]) => ({ $gte, $lt })),
);
/** Numbers documents, so that indexes with it are unique. */
const number = fc.integer({ min: 0, max: 45 });
const numbered = fc.oneof(
  number,
  fc.array(number, { maxLength: 4 }).map(($in) => ({ $in })),
  number.map(($gte) => ({ $gte })),
);
const byNumber = numbered.map((wanted): Document => ({ number: wanted }));
const plain = fc.tuple(path, condition).map(([name, wanted]): Document => ({ [name]: wanted }));
const expression = fc
  .tuple(fc.constantFrom('$eq', '$gt', '$gte', '$lt', '$lte'), path, fc.constantFrom<unknown>(0, 1, 2, 'a', null))
  .map(
    ([operator, name, value]): Document => ({ $expr: { $and: [{ [operator]: [`$${name}`, { $literal: value }] }] } }),
  );
const part = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 2, arbitrary: byNumber },
  { weight: 1, arbitrary: expression },
);
const parts = fc.array(part, { maxLength: 3 });
const filter = fc.oneof(
  { weight: 3, arbitrary: parts.map(($and): Document => ($and.length === 0 ? {} : { $and })) },
  {
    weight: 1,
    arbitrary: fc.tuple(parts, part, part).map(([$and, x, y]): Document => ({ $and: [...$and, { $or: [x, y] }] })),
  },
);
const direction = fc.constantFrom<1 | -1>(1, -1);
const pattern = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'number', '_id'), direction), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((fields): Record<string, 1 | -1> => Object.fromEntries(fields));
const indexPattern = pattern.filter((fields) => Object.keys(fields).some((name) => name !== '_id'));
const question = fc.record({
  filter,
  sort: pattern,
  skip: fc.constantFrom(0, 0, 1, 3),
  limit: fc.constantFrom(0, 0, 1, 2, 5),
});

interface Question {
  filter: Document;
  sort: Record<string, 1 | -1>;
  skip: number;
  limit: number;
}

describe('a read', () => {
  it('answers what a walk over all documents answers, with any indexes, also over own writes', async () => {
    const scenario = fc.record({
      stored: fc.array(document, { minLength: 1, maxLength: 40 }),
      written: fc.array(document, { maxLength: 15 }),
      indexes: fc.array(indexPattern, { maxLength: 3 }),
      questions: fc.array(question, { minLength: 5, maxLength: 25 }),
    });
    const storage = await openTestStorage();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ stored, written, indexes, questions }) => {
        const ns = `oracle.round${round++}`;
        await storage.createIndexes(ns, distinct([{ number: 1 }, ...indexes]));
        const documents = stored.map((fields, at) => ({ _id: at, number: at, ...fields }));
        await insertAll(storage, ns, documents);
        const transaction = storage.begin({ multi: true });
        try {
          for (const asked of questions) check(transaction, ns, documents, asked);
          const model = writeSome(transaction, ns, documents, written);
          for (const asked of questions) check(transaction, ns, model, asked);
        } finally {
          transaction.abort();
        }
        await storage.drop(ns);
      }),
      { numRuns: 150 },
    );
  });
});

/** Changes the first documents, removes some of the next, adds further ones; answers what there is then. */
function writeSome(transaction: Transaction, ns: string, documents: Document[], written: Document[]): Document[] {
  const model = new Map(documents.map((stored) => [stored._id, stored]));
  for (const [at, fields] of written.entries()) {
    if (at % 3 === 0 && model.has(at)) {
      transaction.update({
        ns,
        filter: { _id: at },
        update: { _id: at, number: at, ...fields },
        multi: false,
        upsert: false,
      });
      model.set(at, { _id: at, number: at, ...fields });
    } else if (at % 3 === 1 && model.has(at)) {
      transaction.delete({ ns, filter: { _id: at }, limit: 1 });
      model.delete(at);
    } else {
      transaction.insert(ns, { _id: at + 100, number: at + 100, ...fields });
      model.set(at + 100, { _id: at + 100, number: at + 100, ...fields });
    }
  }
  return [...model.values()];
}

function check(transaction: Transaction, ns: string, documents: Document[], { filter, sort, skip, limit }: Question) {
  const matches = language.compileFilter(filter);
  const matching = documents.filter((candidate) => matches(candidate));
  const found = transaction.find({ ns, filter, sort, skip, limit });
  const answer = [...found];
  const expectedCount = Math.min(Math.max(0, matching.length - skip), limit || Number.POSITIVE_INFINITY);
  const seen = JSON.stringify({ filter, sort, skip, limit, plan: found.plan });
  expect(answer.length, seen).toBe(expectedCount);
  expect(transaction.count({ ns, filter, skip, limit }), seen).toBe(expectedCount);
  expect(new Set(answer.map(({ _id }) => _id)).size, seen).toBe(answer.length);
  for (const one of answer) expect(matching, seen).toContainEqual(one);
  const compare = language.compileSort(sort);
  const expected = matching.sort(compare).slice(skip, limit ? skip + limit : undefined);
  for (const [at, one] of answer.entries()) expect(compare(one, expected[at]!) === 0, seen).toBe(true);
}

function distinct(patterns: Array<Record<string, 1 | -1>>): IndexSpec[] {
  return [
    ...new Map(
      patterns.map((fields) => [JSON.stringify(fields), index(fields, { unique: 'number' in fields })]),
    ).values(),
  ];
}
