import type { Document } from 'bson';
import type { Transaction } from '../../contracts.js';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf } from '../call.js';
import { booleanField, documentField, documentsField, hintField, isDocument } from '../options.js';
import { reply } from '../reply.js';
import { recall, remember } from '../retry.js';
import { checkHint } from './hint.js';

/** findAndModify: one document, changed or removed, before or after. */
export const findAndModify: Command = {
  names: ['findAndModify', 'findandmodify'],
  kind: 'retryable',
  inTransaction: true,
  fields: {
    known: [
      'query',
      'sort',
      'remove',
      'update',
      'new',
      'upsert',
      'fields',
      'arrayFilters',
      'hint',
      'bypassDocumentValidation',
    ],
    refused: ['collation', 'let'],
  },
  run: async (call) => {
    const work = plan(call);
    if (call.transaction !== undefined) return reply(work(call.transaction));
    const earlier = recall(call);
    if (earlier !== undefined) return reply(earlier.fields);
    return call.parts.storage.run((transaction) => {
      const fields = work(transaction);
      remember(call, transaction, { next: 1, fields });
      return reply(fields);
    });
  },
};

/** Checks the options, and answers the work to do in a transaction. */
function plan(call: Call): (transaction: Transaction) => Document {
  const { body } = call;
  const ns = namespaceOf(call);
  const filter = documentField(body, 'query') ?? {};
  const sort = documentField(body, 'sort');
  const fields = documentField(body, 'fields');
  const shape = fields === undefined ? undefined : call.parts.language.compileProjection(fields);
  const shown = (document: Document | null | undefined) => (document && shape ? shape(document) : (document ?? null));
  const sorted = sort === undefined ? {} : { sort };
  const remove = booleanField(body, 'remove');
  const wantsNew = booleanField(body, 'new');
  const upsert = booleanField(body, 'upsert');
  const update: unknown = body.update;
  checkHint(call, ns, hintField(body));
  if (remove) {
    if (update !== undefined) throw new MongoError('FailedToParse', 'Cannot specify both an update and remove=true');
    if (upsert) throw new MongoError('FailedToParse', 'Cannot specify both upsert=true and remove=true');
    if (wantsNew) {
      throw new MongoError(
        'FailedToParse',
        "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
      );
    }
    return (transaction) => {
      const { deleted, before } = transaction.delete({ ns, filter, limit: 1, ...sorted });
      return { lastErrorObject: { n: deleted }, value: shown(before) };
    };
  }
  if (!isDocument(update) && !(Array.isArray(update) && update.every(isDocument))) {
    throw new MongoError('FailedToParse', 'Either an update or remove=true must be specified');
  }
  const filters = body.arrayFilters === undefined ? {} : { arrayFilters: documentsField(body, 'arrayFilters') };
  return (transaction) => {
    const result = transaction.update({ ns, filter, update, multi: false, upsert, ...sorted, ...filters });
    const inserted = result.upsertedId !== undefined;
    return {
      lastErrorObject: {
        n: inserted ? 1 : result.matched,
        updatedExisting: !inserted && result.matched > 0,
        ...(inserted ? { upserted: result.upsertedId } : {}),
      },
      value: shown(wantsNew ? result.after : inserted ? null : result.before),
    };
  };
}
