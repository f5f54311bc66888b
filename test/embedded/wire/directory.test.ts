import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { createEmbeddedServer } from '../../../src/embedded/server.js';
import { startChild } from '../child.js';
import { compileServer } from '../compile.js';
import { RawConnection, temporaryDirectory } from './harness.js';

const { Binary, Long, MongoClient } = mongoose.mongo;

describe('the data directory', () => {
  it('and with it the socket are open to their user alone', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const server = await createEmbeddedServer({ dataDir });
    expect(dirname(server.socketPath)).toBe(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(server.socketPath).isSocket()).toBe(true);
    await server.close();
    expect(existsSync(server.socketPath)).toBe(false);
  });

  it('may have a path too long for a socket: a short private directory serves instead, and goes at the end', async () => {
    const dataDir = join(await temporaryDirectory(), 'd'.repeat(100));
    const server = await createEmbeddedServer({ dataDir });
    expect(Buffer.byteLength(server.socketPath)).toBeLessThanOrEqual(107);
    expect(statSync(dirname(server.socketPath)).mode & 0o777).toBe(0o700);
    const client = await MongoClient.connect(server.uri);
    expect(await client.db('x').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
    await server.close();
    expect(existsSync(dirname(server.socketPath))).toBe(false);
  });

  it('of somebody else is refused with words, and left as it was', async () => {
    const dataDir = await temporaryDirectory();
    writeFileSync(join(dataDir, 'holiday.jpg'), 'beach');
    await expect(createEmbeddedServer({ dataDir })).rejects.toThrow(/holiday\.jpg/);
    expect(readdirSync(dataDir)).toEqual(['holiday.jpg']);
  });

  it('that is damaged is refused with words', async () => {
    const dataDir = await temporaryDirectory();
    const first = await createEmbeddedServer({ dataDir });
    await first.close();
    await truncate(join(dataDir, 'data.mdb'), 3_000);
    await expect(createEmbeddedServer({ dataDir })).rejects.toThrow(/cannot be used/);
    writeFileSync(join(dataDir, 'data.mdb'), 'x'.repeat(100_000));
    await expect(createEmbeddedServer({ dataDir })).rejects.toThrow(/cannot be used/);
  });

  it('keeps its data from one server to the next', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    await mkdir(dataDir);
    for (let round = 1; round <= 3; round += 1) {
      const server = await createEmbeddedServer({ dataDir });
      const client = await MongoClient.connect(server.uri);
      const rounds = client.db('x').collection('rounds');
      await rounds.insertOne({ round });
      expect(await rounds.countDocuments()).toBe(round);
      await client.close();
      await server.close();
    }
  });
});

describe('a server started again', () => {
  it('answers writes and commits that are sent once more as its predecessor did, and applies neither twice', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const session = (byte: number, number: number) => ({
      lsid: { id: new Binary(Buffer.alloc(16, byte), 4) },
      txnNumber: Long.fromNumber(number),
    });
    const inTransaction = { ...session(1, 1), autocommit: false };
    const insert = { insert: 'rows', documents: [{ _id: 1 }], ...inTransaction, startTransaction: true, $db: 'x' };
    const commit = { commitTransaction: 1, ...inTransaction, $db: 'admin' };
    const add = {
      update: 'rows',
      updates: [{ q: { _id: 2 }, u: { $inc: { n: 1 } }, upsert: true }],
      ...session(2, 1),
      $db: 'x',
    };
    const first = await createEmbeddedServer({ dataDir });
    const before = new RawConnection(first.socketPath);
    expect(await before.command(insert)).toMatchObject({ ok: 1, n: 1 });
    expect(await before.command(commit)).toMatchObject({ ok: 1 });
    expect(await before.command(add)).toMatchObject({ ok: 1, upserted: [{ index: 0, _id: 2 }] });
    await first.close();
    const second = await createEmbeddedServer({ dataDir });
    const after = new RawConnection(second.socketPath);
    expect(await after.command(commit)).toMatchObject({ ok: 1 });
    expect(await after.command({ ...commit, ...session(1, 2) })).toMatchObject({ ok: 0, code: 251 });
    expect(await after.command(add)).toMatchObject({ ok: 1, upserted: [{ index: 0, _id: 2 }] });
    expect((await after.command({ find: 'rows', $db: 'x' })).cursor.firstBatch).toEqual([{ _id: 1 }, { _id: 2, n: 1 }]);
    after.destroy();
    await second.close();
  });
});

describe('two servers of one process on one directory', () => {
  it('count together, and the one that stays goes on when the other closes', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const servers = [await createEmbeddedServer({ dataDir }), await createEmbeddedServer({ dataDir })] as const;
    const clients = [await MongoClient.connect(servers[0].uri), await MongoClient.connect(servers[1].uri)] as const;
    const counters = clients.map((client) => client.db('x').collection<{ _id: string; n: number }>('counters'));
    await counters[0]?.insertOne({ _id: 'all', n: 0 });
    await Promise.all(
      counters.map(async (counter) => {
        for (let n = 0; n < 50; n += 1) await counter.updateOne({ _id: 'all' }, { $inc: { n: 1 } });
      }),
    );
    expect(await counters[0]?.findOne({})).toEqual({ _id: 'all', n: 100 });
    await clients[0].close();
    await servers[0].close();
    await counters[1]?.updateOne({ _id: 'all' }, { $inc: { n: 1 } });
    expect(await counters[1]?.findOne({})).toEqual({ _id: 'all', n: 101 });
    await clients[1].close();
    await servers[1].close();
  });
});

describe('several processes on one directory', async () => {
  const compiled = await compileServer();
  afterAll(() => compiled.remove());

  it('see each other, and go on within a second when one is killed or another starts', async () => {
    const dataDir = join(await temporaryDirectory(), 'data');
    const [first, second, third] = await Promise.all([
      startChild(dataDir, compiled.script),
      startChild(dataDir, compiled.script),
      startChild(dataDir, compiled.script),
    ]);
    const clients = [first, second, third].map(
      ({ uri }) => new MongoClient(uri, { retryWrites: false, serverSelectionTimeoutMS: 1_000 }),
    );
    const counters = clients.map((client) => client.db('x').collection<{ _id: string; n: number }>('counters'));
    await counters[0]?.insertOne({ _id: 'all', n: 0 });
    const acknowledged = [0, 0, 0];
    let longest = 0;
    let running = true;
    const writers = counters.map(async (counter, writer) => {
      let last = performance.now();
      while (running) {
        await counter.updateOne({ _id: 'all' }, { $inc: { n: 1 } });
        acknowledged[writer] = (acknowledged[writer] ?? 0) + 1;
        const now = performance.now();
        if (writer !== 2) longest = Math.max(longest, now - last);
        last = now;
      }
    });
    const settled = Promise.allSettled(writers);
    await until(() => acknowledged.every((n) => n >= 20));
    await third.kill();
    const before = [...acknowledged];
    await until(() => acknowledged.slice(0, 2).every((n, writer) => n >= (before[writer] ?? 0) + 40));
    const fourth = await startChild(dataDir, compiled.script);
    expect(existsSync(third.socketPath)).toBe(false);
    expect(existsSync(first.socketPath)).toBe(true);
    running = false;
    await settled;
    const late = await MongoClient.connect(fourth.uri);
    const stored = (await late.db('x').collection('counters').findOne({}))?.n;
    const sum = acknowledged.reduce((total, n) => total + n, 0);
    expect(stored - sum).toBeOneOf([0, 1]);
    expect(longest).toBeLessThan(1_000);
    await Promise.all([...clients, late].map((client) => client.close(true)));
    expect(await first.end()).toBe(0);
    expect(await fourth.end()).toBe(0);
    await second.kill();
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
