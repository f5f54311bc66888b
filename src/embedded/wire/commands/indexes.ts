import type { Document } from 'bson';
import type { IndexSpec } from '../../contracts.js';
import { MongoError } from '../../errors.js';
import { type Call, type Command, namespaceOf } from '../call.js';
import { encodeAll } from '../framing.js';
import { openCursor } from '../openCursor.js';
import { booleanField, countField, documentField, documentsField, isDocument } from '../options.js';
import { reply } from '../reply.js';
import { names } from './hint.js';

const createIndexes: Command = {
  names: ['createIndexes'],
  kind: 'write',
  fields: { known: ['indexes', 'commitQuorum'] },
  run: async (call) => {
    const ns = namespaceOf(call);
    const specs = documentsField(call.body, 'indexes').map(parseIndex);
    if (specs.length === 0) throw new MongoError('BadValue', 'Must specify at least one index to create');
    const { before, after, created } = await call.parts.storage.createIndexes(
      ns,
      specs.filter((spec) => !isIdIndex(spec)),
    );
    return reply({ numIndexesBefore: before, numIndexesAfter: after, createdCollectionAutomatically: created });
  },
};

const dropIndexes: Command = {
  names: ['dropIndexes', 'deleteIndexes'],
  kind: 'write',
  fields: { known: ['index'] },
  run: async (call) => {
    const ns = namespaceOf(call);
    const existing = indexesOf(call, ns);
    const wanted: unknown = call.body.index;
    if (wanted === '*') return reply({ nIndexesWas: await call.parts.storage.dropIndexes(ns, '*') });
    const list: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const found = list.map((one) => findIndex(existing, one));
    return reply({ nIndexesWas: await call.parts.storage.dropIndexes(ns, found) });
  },
};

const listIndexes: Command = {
  names: ['listIndexes'],
  kind: 'read',
  fields: { known: ['cursor'] },
  run: (call) => {
    const ns = namespaceOf(call);
    const indexes = indexesOf(call, ns).map(({ name, key, unique }) => ({
      v: 2,
      key: Object.fromEntries(key),
      name,
      ...(unique && name !== '_id_' ? { unique: true } : {}),
    }));
    return openCursor(call, {
      ns,
      count: countField(documentField(call.body, 'cursor') ?? {}, 'batchSize') ?? Number.POSITIVE_INFINITY,
      single: false,
      documents: () => encodeAll(indexes),
    });
  },
};

/** Indexes: made, dropped, listed. */
export const indexCommands: readonly Command[] = [createIndexes, dropIndexes, listIndexes];

const idIndex: IndexSpec = { name: '_id_', key: [['_id', 1]], unique: true };

/** All indexes of a collection, the one on `_id` first. */
function indexesOf(call: Call, ns: string): IndexSpec[] {
  const indexes = call.parts.storage.indexes(ns);
  if (indexes === undefined) throw new MongoError('NamespaceNotFound', `ns does not exist: ${ns}`);
  return [idIndex, ...indexes.filter((index) => index.name !== '_id_')];
}

function findIndex(existing: readonly IndexSpec[], wanted: unknown): string {
  if (typeof wanted !== 'string' && !isDocument(wanted)) {
    throw new MongoError('TypeMismatch', 'dropIndexes needs an index name, names, a key pattern or "*".');
  }
  const index = existing.find((one) => names(one, wanted));
  if (index === undefined) {
    const shown = typeof wanted === 'string' ? `with name [${wanted}]` : `with key ${JSON.stringify(wanted)}`;
    throw new MongoError('IndexNotFound', `index not found ${shown}`);
  }
  if (index.name === '_id_') throw new MongoError('InvalidOptions', 'cannot drop _id index');
  return index.name;
}

const neutral: ReadonlySet<string> = new Set(['key', 'name', 'unique', 'background', 'v', 'ns']);

function parseIndex(index: Document): IndexSpec {
  const key = documentField(index, 'key');
  const name: unknown = index.name;
  if (key === undefined || Object.keys(key).length === 0) {
    throw new MongoError('FailedToParse', "The 'key' field is a required property of an index specification");
  }
  if (typeof name !== 'string' || name === '') {
    throw new MongoError('FailedToParse', "The 'name' field is a required property of an index specification");
  }
  for (const [option, value] of Object.entries(index)) {
    if (neutral.has(option) || value === false || value === null || value === undefined) continue;
    throw new MongoError('CannotCreateIndex', `Index ${name}: the option "${option}" is not served by this server.`);
  }
  const paths = Object.entries(key).map(([path, direction]) => parseDirection(name, path, direction));
  return { name, key: paths, unique: booleanField(index, 'unique') };
}

function parseDirection(name: string, path: string, direction: unknown): readonly [string, 1 | -1] {
  if (typeof direction !== 'number' || direction === 0 || Number.isNaN(direction)) {
    throw new MongoError(
      'CannotCreateIndex',
      `Index ${name}: "${path}" must rise (1) or fall (-1), got ${JSON.stringify(direction)}; other kinds are not served.`,
    );
  }
  if (path === '' || path.startsWith('$') || path.includes('$**') || path.split('.').includes('')) {
    throw new MongoError('CannotCreateIndex', `Index ${name}: "${path}" is no path of a field.`);
  }
  return [path, direction > 0 ? 1 : -1];
}

function isIdIndex({ key }: IndexSpec): boolean {
  return key.length === 1 && key[0]?.[0] === '_id' && key[0][1] === 1;
}
