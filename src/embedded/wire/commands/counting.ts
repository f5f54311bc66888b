import { type Document, ObjectId } from 'bson';
import type { QueryLanguage } from '../../contracts.js';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf, readOnce } from '../call.js';
import { checkDeadline } from '../deadline.js';
import { countField, documentField, hintField, isDocument, type KnownFields } from '../options.js';
import { reply } from '../reply.js';
import { maxDocumentBytes } from './write.js';

/** Options of `count`, also inside `explain`. */
export const countFields: KnownFields = { known: ['query', 'limit', 'skip', 'hint', 'fields'], refused: ['collation'] };

const count: Command = {
  names: ['count'],
  kind: 'read',
  fields: countFields,
  run: (call) => reply({ n: readOnce(call, (transaction) => transaction.count(countRequest(call, call.body))) }),
};

const distinct: Command = {
  names: ['distinct'],
  kind: 'read',
  inTransaction: true,
  fields: { known: ['key', 'query', 'hint'], refused: ['collation'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const key: unknown = call.body.key;
    if (typeof key !== 'string' || key === '') throw new MongoError('TypeMismatch', 'distinct needs a path "key".');
    const filter = documentField(call.body, 'query') ?? {};
    const hint = hintField(call.body);
    const values = new Distinct(call.parts.language);
    const path = key.split('.');
    readOnce(call, (transaction) => {
      let seen = 0;
      for (const document of transaction.find({ ns, filter, ...(hint === undefined ? {} : { hint }) })) {
        for (const value of valuesAt(document, path, 0)) values.add(value);
        seen += 1;
        if (seen % 256 === 0) checkDeadline(call.deadline);
      }
    });
    return reply({ values: values.sorted() });
  },
};

/** count and distinct. */
export const countingCommands: readonly Command[] = [count, distinct];

/** The read that the options of a `count` ask for. */
export function countRequest(call: Call, body: Document) {
  const limit = body.limit;
  // A negative limit means the same as its positive, as for cursors of old.
  const bounded =
    typeof limit === 'number' && limit < 0 ? countField({ limit: -limit }, 'limit') : countField(body, 'limit');
  const skip = countField(body, 'skip');
  const hint = hintField(body);
  return {
    ns: namespaceOf(call),
    filter: documentField(body, 'query') ?? {},
    ...(skip ? { skip } : {}),
    ...(bounded ? { limit: bounded } : {}),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Different values, by MongoDB's equality: 1 and 1.0 and NumberLong(1) are one. */
class Distinct {
  private readonly values = new Map<string, unknown>();
  private readonly others: unknown[] = [];
  private bytes = 0;

  constructor(private readonly language: QueryLanguage) {}

  add(value: unknown): void {
    const key = keyOf(value);
    if (key === undefined) {
      if (this.others.some((other) => this.language.compare(other, value) === 0)) return;
      this.others.push(value);
    } else if (this.values.has(key)) return;
    else this.values.set(key, value);
    this.bytes += 12 + (key?.length ?? 0);
    if (this.bytes > maxDocumentBytes) throw new MongoError('BSONObjectTooLarge', 'distinct too big, 16mb cap');
  }

  sorted(): unknown[] {
    return [...this.others, ...this.values.values()].sort((a, b) => this.language.compare(a, b));
  }
}

/** A text that equal values share and others do not; undefined for kinds that only `compare` tells apart. */
function keyOf(value: unknown): string | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return `n${value}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  return undefined;
}

/** The values at a path: arrays on the way and at the end are opened, one level each. */
function* valuesAt(value: unknown, path: readonly string[], depth: number): Generator<unknown, void, undefined> {
  const name = path[depth];
  if (name === undefined) {
    if (Array.isArray(value)) yield* value;
    else if (value !== undefined) yield value;
  } else if (Array.isArray(value)) {
    if (/^\d+$/.test(name)) yield* valuesAt(value[Number(name)], path, depth + 1);
    for (const item of value) if (isDocument(item)) yield* valuesAt(item, path, depth);
  } else if (isDocument(value)) yield* valuesAt(value[name], path, depth + 1);
}
