import type { Document } from 'bson';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf } from '../call.js';
import {
  booleanField,
  checkFields,
  countField,
  documentField,
  documentsField,
  hintField,
  isDocument,
} from '../options.js';
import { runStatements } from '../statements.js';
import { checkHint } from './hint.js';

/** Most statements of one command, as `hello` announces it. */
export const maxStatements = 100_000;
/** Largest document, as `hello` announces it. */
export const maxDocumentBytes = 16 * 1024 * 1024;

const insert: Command = {
  names: ['insert'],
  kind: 'retryable',
  inTransaction: true,
  fields: { known: ['documents', 'ordered', 'bypassDocumentValidation'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const documents = statementsOf(call, 'documents');
    return runStatements({
      call,
      count: documents.length,
      ordered: booleanField(call.body, 'ordered', true),
      countsModified: false,
      apply: (transaction, index) => {
        transaction.insert(ns, at(documents, index));
        return { n: 1 };
      },
    });
  },
};

const updateStatement = {
  known: ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort'],
  refused: ['collation', 'c', 'upsertSupplied'],
};

const update: Command = {
  names: ['update'],
  kind: 'retryable',
  inTransaction: true,
  fields: { known: ['updates', 'ordered', 'bypassDocumentValidation'], refused: ['let'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const statements = statementsOf(call, 'updates');
    for (const statement of statements) checkFields('update.updates', statement, updateStatement);
    return runStatements({
      call,
      count: statements.length,
      ordered: booleanField(call.body, 'ordered', true),
      countsModified: true,
      apply: (transaction, index) => {
        const request = updateRequest(call, ns, at(statements, index));
        const result = transaction.update(request);
        const upserted = result.upsertedId !== undefined;
        return {
          n: upserted ? 1 : result.matched,
          modified: result.modified,
          ...(upserted ? { upsertedId: result.upsertedId } : {}),
        };
      },
    });
  },
};

const deleteStatement = { known: ['q', 'limit', 'hint'], refused: ['collation'] };

const remove: Command = {
  names: ['delete'],
  kind: 'retryable',
  inTransaction: true,
  fields: { known: ['deletes', 'ordered'], refused: ['let'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const statements = statementsOf(call, 'deletes');
    for (const statement of statements) checkFields('delete.deletes', statement, deleteStatement);
    return runStatements({
      call,
      count: statements.length,
      ordered: booleanField(call.body, 'ordered', true),
      countsModified: false,
      apply: (transaction, index) => {
        const statement = at(statements, index);
        checkHint(call, ns, hintField(statement));
        const limit = countField(statement, 'limit');
        if (limit !== 0 && limit !== 1) {
          throw new MongoError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
        }
        return { n: transaction.delete({ ns, filter: filterOf(statement), limit }).deleted };
      },
    });
  },
};

/** insert, update and delete. */
export const writeCommands: readonly Command[] = [insert, update, remove];

/** One statement of `update` as storage takes it; also for explain. */
export function updateRequest(call: Call, ns: string, statement: Document) {
  checkHint(call, ns, hintField(statement));
  const change: unknown = statement.u;
  const multi = booleanField(statement, 'multi');
  const isBytes = change instanceof Uint8Array;
  if (!isBytes && !isDocument(change) && !(Array.isArray(change) && change.every(isDocument))) {
    throw new MongoError('FailedToParse', 'Update argument must be either an object or an array of pipeline stages.');
  }
  if (multi && (isBytes || (isDocument(change) && Object.keys(change)[0]?.startsWith('$') !== true))) {
    throw new MongoError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const sort = documentField(statement, 'sort');
  return {
    ns,
    filter: filterOf(statement),
    update: change,
    multi,
    upsert: booleanField(statement, 'upsert'),
    ...(sort === undefined ? {} : { sort }),
    ...(statement.arrayFilters === undefined ? {} : { arrayFilters: documentsField(statement, 'arrayFilters') }),
  };
}

/** The filter of an update or delete statement. */
export function filterOf(statement: Document): Document {
  const filter = documentField(statement, 'q');
  if (filter === undefined) throw new MongoError('FailedToParse', 'A statement needs a filter "q".');
  return filter;
}

function statementsOf(call: Call, field: string): Document[] {
  const statements = documentsField(call.body, field);
  if (statements.length === 0 || statements.length > maxStatements) {
    throw new MongoError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${maxStatements}. Got ${statements.length} operations.`,
    );
  }
  return statements;
}

function at(statements: readonly Document[], index: number): Document {
  const statement = statements[index];
  if (statement === undefined) throw new RangeError(`There is no statement ${index}.`);
  return statement;
}
