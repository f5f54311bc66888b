import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { createEmbeddedServer } from '../../../src/embedded/server.js';
import { message, RawConnection, startServer, temporaryDirectory } from './harness.js';

const { Binary, Long, MongoClient } = mongoose.mongo;
const { server, client } = await startServer();

describe('a connection', () => {
  it('that takes no replies gets no more of them than its socket holds, and blocks nobody', async () => {
    const rows = client.db('pressure').collection('rows');
    await rows.insertMany(Array.from({ length: 100 }, (_, n) => ({ n, text: 'x'.repeat(10_000) })));
    const slow = new RawConnection(server.socketPath);
    slow.pause();
    const before = process.memoryUsage().arrayBuffers;
    const asked = 120;
    slow.write(Buffer.concat(Array.from({ length: asked }, () => message({ find: 'rows', $db: 'pressure' }))));
    for (let n = 0; n < 50; n += 1) expect(await rows.countDocuments()).toBe(100);
    // All replies together would take 120 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 1024 * 1024);
    slow.resume();
    for (let n = 0; n < asked; n += 1) expect((await slow.reply()).cursor.firstBatch).toHaveLength(100);
    slow.destroy();
  });

  it('takes batches of more than one message of 48 MB', async () => {
    const rows = client.db('pressure').collection('large');
    const text = 'x'.repeat(1024 * 1024);
    await rows.insertMany(Array.from({ length: 60 }, (_, n) => ({ n, text })));
    expect(await rows.countDocuments()).toBe(60);
    expect((await rows.find().sort({ n: -1 }).limit(20).toArray()).map(({ n }) => n).at(-1)).toBe(40);
  });
});

describe('closing', () => {
  it('lets a write finish that waits for an open transaction, which is given up', async () => {
    const ending = await createEmbeddedServer({ dataDir: await temporaryDirectory() });
    const own = await MongoClient.connect(ending.uri, {
      retryWrites: false,
      serverSelectionTimeoutMS: 500,
    });
    const rows = own.db('x').collection<{ _id: number; n: number }>('rows');
    await rows.insertOne({ _id: 1, n: 0 });
    const other = new RawConnection(ending.socketPath);
    const begun = await other.command({
      update: 'rows',
      updates: [{ q: { _id: 1 }, u: { $set: { n: 5 } } }],
      lsid: { id: new Binary(Buffer.alloc(16, 1), 4) },
      txnNumber: Long.ONE,
      autocommit: false,
      startTransaction: true,
      $db: 'x',
    });
    expect(begun).toMatchObject({ ok: 1, nModified: 1 });
    const waiting = rows.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    await rows.findOne({ _id: 1 });
    const started = performance.now();
    await ending.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(waiting).resolves.toMatchObject({ modifiedCount: 1 });
    await own.close(true);
    other.destroy();
  });
});
