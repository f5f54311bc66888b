import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { startServer } from './harness.js';

const { MongoClient } = mongoose.mongo;
const { server, client } = await startServer({ port: 0 });

describe('the loopback port', () => {
  it.each(['?directConnection=true', '?replicaSet=embedded', ''])('serves a client that says "%s"', async (options) => {
    const other = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}/${options}`, {
      serverSelectionTimeoutMS: 2_000,
    });
    const hello = await other.db('admin').command({ hello: 1 });
    expect(hello).toMatchObject({
      me: `127.0.0.1:${server.port}`,
      primary: `127.0.0.1:${server.port}`,
      isWritablePrimary: true,
    });
    await other.db('x').collection('rows').insertOne({ options });
    expect(await client.db('x').collection('rows').countDocuments({ options })).toBe(1);
    await other.close();
  });

  it('is not there unless it was asked for', async () => {
    expect((await startServer()).server.port).toBeUndefined();
  });
});
