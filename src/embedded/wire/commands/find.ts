import type { Document } from 'bson';
import type { FindRequest, Found } from '../../contracts.js';
import { type Command, namespaceOf } from '../call.js';
import { encodeAll, encodeDocument } from '../framing.js';
import { openCursor } from '../openCursor.js';
import { booleanField, countField, documentField, hintField, type KnownFields } from '../options.js';

/** Options of `find`, also inside `explain`. */
export const findFields: KnownFields = {
  known: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'allowDiskUse',
    'noCursorTimeout',
    'allowPartialResults',
  ],
  refused: ['collation', 'let', 'min', 'max', 'returnKey', 'showRecordId', 'tailable', 'awaitData', 'oplogReplay'],
};

/** find: opens a cursor. */
export const find: Command = {
  names: ['find'],
  kind: 'read',
  inTransaction: true,
  fields: findFields,
  run: (call) => {
    const { body } = call;
    const ns = namespaceOf(call);
    const request = findRequest(body, ns);
    const projection = documentField(body, 'projection');
    const batchSize = countField(body, 'batchSize');
    return openCursor(call, {
      ns,
      count: batchSize ?? 101,
      single: booleanField(body, 'singleBatch'),
      documents: (transaction) => {
        const found = transaction.find(request);
        if (projection === undefined || Object.keys(projection).length === 0) return asBytes(found);
        return project(found, call.parts.language.compileProjection(projection));
      },
    });
  },
};

/** The read that the options of a `find` ask for. */
export function findRequest(body: Document, ns: string): FindRequest {
  const filter = documentField(body, 'filter');
  const sort = documentField(body, 'sort');
  const skip = countField(body, 'skip');
  const limit = countField(body, 'limit');
  const hint = hintField(body);
  return {
    ns,
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined || Object.keys(sort).length === 0 ? {} : { sort }),
    ...(skip ? { skip } : {}),
    ...(limit ? { limit } : {}),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Stored bytes are passed on as they are; only where storage has none are documents encoded again. */
function asBytes(found: Found): Iterable<Uint8Array> {
  return found.raw?.() ?? encodeAll(found);
}

function* project(found: Found, shape: (document: Document) => Document): Generator<Uint8Array, void, undefined> {
  for (const document of found) yield encodeDocument(shape(document));
}
