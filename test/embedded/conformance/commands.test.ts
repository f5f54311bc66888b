import { describeConformance, errorOf } from './suite.js';

describeConformance('Connection and collections', [
  {
    title: 'hello tells a primary that can run transactions',
    run: async ({ db }) => {
      const hello = await db.command({ hello: 1 });
      const { isWritablePrimary, logicalSessionTimeoutMinutes, maxBsonObjectSize, ok } = hello;
      return {
        isWritablePrimary,
        logicalSessionTimeoutMinutes,
        maxBsonObjectSize,
        ok,
        wire: hello.maxWireVersion >= 17,
        set: typeof hello.setName,
      };
    },
    expected: {
      isWritablePrimary: true,
      logicalSessionTimeoutMinutes: 30,
      maxBsonObjectSize: 16777216,
      ok: 1,
      wire: true,
      set: 'string',
    },
  },
  {
    title: 'the old name of hello answers too',
    run: async ({ db }) => (await db.command({ isMaster: 1 })).ismaster,
    expected: true,
  },
  { title: 'ping answers', run: async ({ db }) => (await db.command({ ping: 1 })).ok, expected: 1 },
  {
    title: 'buildInfo tells a version',
    run: async ({ db }) => /^\d+\.\d+/.test((await db.command({ buildInfo: 1 })).version),
    expected: true,
  },
  {
    title: 'an unknown command is refused',
    run: async ({ db }) => errorOf(db.command({ fooBar: 1 })),
    expected: { code: 59 },
  },
  {
    title: 'a collection may be created explicitly, also when it is there',
    run: async ({ db }) => {
      await db.createCollection('made');
      await db.createCollection('made');
      return (await db.listCollections().toArray()).map(({ name }) => name);
    },
    expected: ['made'],
  },
  {
    title: 'listCollections filters by name',
    run: async ({ db }) => {
      await db.createCollection('one');
      await db.createCollection('two');
      return (await db.listCollections({ name: 'two' }, { nameOnly: true }).toArray()).map(({ name }) => name);
    },
    expected: ['two'],
  },
  {
    title: 'listDatabases names a database with data',
    run: async ({ client, coll, db }) => {
      await coll.insertOne({});
      const { databases } = await client.db('admin').admin().listDatabases();
      return databases.some(({ name }) => name === db.databaseName);
    },
    expected: true,
  },
  {
    title: 'a dropped collection is empty and gone',
    run: async ({ coll, db }) => {
      await coll.insertOne({});
      await coll.drop();
      return { rows: await coll.countDocuments(), collections: await db.listCollections().toArray() };
    },
    expected: { rows: 0, collections: [] },
  },
  {
    title: 'a second client sees what the first has written',
    run: async ({ coll, rival, db }) => {
      await coll.insertOne({ a: 1 });
      return rival.db(db.databaseName).collection('rows').countDocuments({ a: 1 });
    },
    expected: 1,
  },
]);
