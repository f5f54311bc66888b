import { createHash } from 'node:crypto';
import { Binary, type Document } from 'bson';
import { type Call, type Command, namespaceOf } from '../call.js';
import { encodeAll } from '../framing.js';
import { openCursor } from '../openCursor.js';
import { booleanField, countField, documentField } from '../options.js';
import { reply } from '../reply.js';

const create: Command = {
  names: ['create'],
  kind: 'write',
  fields: {
    known: [],
    refused: [
      'capped',
      'size',
      'max',
      'autoIndexId',
      'storageEngine',
      'validator',
      'validationLevel',
      'validationAction',
      'indexOptionDefaults',
      'viewOn',
      'pipeline',
      'collation',
      'timeseries',
      'expireAfterSeconds',
      'clusteredIndex',
      'changeStreamPreAndPostImages',
      'encryptedFields',
    ],
  },
  run: async (call) => {
    await call.parts.storage.createCollection(namespaceOf(call));
    return reply({});
  },
};

const drop: Command = {
  names: ['drop'],
  kind: 'write',
  fields: { known: [] },
  run: async (call) => {
    const ns = namespaceOf(call);
    const indexes = call.parts.storage.indexes(ns)?.length ?? 0;
    const dropped = await call.parts.storage.drop(ns);
    call.parts.cursors.endWhere((source) => source.ns === ns);
    return reply(dropped ? { ns, nIndexesWas: indexes } : {});
  },
};

const dropDatabase: Command = {
  names: ['dropDatabase'],
  kind: 'write',
  fields: { known: [] },
  run: async (call) => {
    await call.parts.storage.dropDatabase(call.db);
    call.parts.cursors.endWhere((source) => source.ns.startsWith(`${call.db}.`));
    return reply({ dropped: call.db });
  },
};

const listDatabases: Command = {
  names: ['listDatabases'],
  kind: 'read',
  fields: { known: ['filter', 'nameOnly', 'authorizedDatabases'] },
  run: (call) => {
    const { storage } = call.parts;
    const databases = storage.databases().map((name) => {
      const sizes = storage.collections(name).map((collection) => storage.stats(`${name}.${collection}`).storageSize);
      const size = sizes.reduce((sum, one) => sum + one, 0);
      return { name, sizeOnDisk: size, empty: sizes.length === 0 };
    });
    const matching = databases.filter(filterOf(call));
    if (booleanField(call.body, 'nameOnly')) return reply({ databases: matching.map(({ name }) => ({ name })) });
    const total = matching.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0);
    return reply({ databases: matching, totalSize: total, totalSizeMb: Math.round(total / 2 ** 20) });
  },
};

const listCollections: Command = {
  names: ['listCollections'],
  kind: 'read',
  fields: { known: ['filter', 'cursor', 'nameOnly', 'authorizedCollections'] },
  run: (call) => {
    const nameOnly = booleanField(call.body, 'nameOnly');
    const collections = call.parts.storage
      .collections(call.db)
      .map((name) => describe(`${call.db}.${name}`, name))
      .filter(filterOf(call))
      .map((collection) => (nameOnly ? { name: collection.name, type: collection.type } : collection));
    return openCursor(call, {
      ns: `${call.db}.$cmd.listCollections`,
      count: countField(documentField(call.body, 'cursor') ?? {}, 'batchSize') ?? Number.POSITIVE_INFINITY,
      single: false,
      documents: () => encodeAll(collections),
    });
  },
};

/** Collections and databases: made, dropped, listed. */
export const catalogCommands: readonly Command[] = [create, drop, dropDatabase, listDatabases, listCollections];

function filterOf(call: Call): (document: Document) => boolean {
  const filter = documentField(call.body, 'filter');
  return filter === undefined ? () => true : call.parts.language.compileFilter(filter);
}

function describe(ns: string, name: string) {
  // A stable id that is the same in every process: the name decides.
  const uuid = new Binary(createHash('md5').update(ns).digest(), Binary.SUBTYPE_UUID);
  return {
    name,
    type: 'collection',
    options: {},
    info: { readOnly: false, uuid },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  };
}
