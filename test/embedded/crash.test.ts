import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild } from './child.js';
import { compileServer } from './compile.js';
import { generator } from './random.js';

const { MongoClient } = mongoose.mongo;
const rowsPerTransaction = 3;
/** Half a minute alone; a machine that runs other tests beside it takes longer. */
const timeoutMs = 180_000;
/** Two directories at a time: a process needs most of its time to start. */
const lanes = [
  { seed: 1, kills: 25 },
  { seed: 2, kills: 25 },
];

const compiled = await compileServer();
afterAll(() => compiled.remove());

describe('a server killed with SIGKILL while it writes', () => {
  it.concurrent.for(lanes)(
    'loses nothing acknowledged and leaves nothing half done (seed $seed)',
    { timeout: timeoutMs },
    async (lane, { onTestFinished }) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'crash-'));
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      const random = generator(lane.seed);
      const acknowledged = { transactions: 0, increments: 0 };
      const over: Array<Promise<unknown>> = [];
      for (let kill = 0; kill < lane.kills; kill += 1) {
        const child = await startChild(dataDir, compiled.script);
        const client = new MongoClient(child.uri, { retryWrites: false, serverSelectionTimeoutMS: 2_000 });
        try {
          await client.db('crash').createCollection('counters');
          await client.db('crash').collection('rows').createIndex({ number: 1, part: 1 }, { unique: true });
          await check(client, acknowledged);
          const writing = Promise.all([writeTransactions(client, acknowledged), writeIncrements(client, acknowledged)]);
          const point = acknowledged.transactions + Math.floor(random() * 12);
          // A writer that ends before the kill has failed, and says why.
          await Promise.race([reached(acknowledged, point, random() * 4), writing]);
          await child.kill();
          // The driver looks for the dead server for a while yet; the next process need not wait for that.
          over.push(
            client.close(true),
            writing.catch(() => undefined),
          );
        } finally {
          await child.kill();
        }
      }
      await Promise.all(over);
      expect(acknowledged.transactions).toBeGreaterThan(lane.kills);
    },
  );
});

interface Acknowledged {
  transactions: number;
  increments: number;
}

/** What is stored is what was acknowledged, and at most the one write that was under way on top, whole. */
async function check(client: InstanceType<typeof MongoClient>, acknowledged: Acknowledged): Promise<void> {
  const db = client.db('crash');
  const counter = (await db.collection('counters').findOne({ name: 'transactions' }))?.value ?? 0;
  const rows = await db.collection('rows').countDocuments({});
  expect(counter - acknowledged.transactions).toBeOneOf([0, 1]);
  expect(rows).toBe(counter * rowsPerTransaction);
  expect(await db.collection('rows').countDocuments({ number: counter })).toBe(counter === 0 ? 0 : rowsPerTransaction);
  const byIndex = await db
    .collection('rows')
    .find({ number: { $gte: 0 } })
    .project({ _id: 0, number: 1 })
    .toArray();
  expect(byIndex).toHaveLength(rows);
  const increments = (await db.collection('counters').findOne({ name: 'increments' }))?.value ?? 0;
  expect(increments - acknowledged.increments).toBeOneOf([0, 1]);
  acknowledged.transactions = counter;
  acknowledged.increments = increments;
}

/** Numbered transactions, one after the other: the counter and the rows of its number. */
async function writeTransactions(client: InstanceType<typeof MongoClient>, acknowledged: Acknowledged): Promise<void> {
  const db = client.db('crash');
  for (;;) {
    const number = acknowledged.transactions + 1;
    const session = client.startSession();
    session.startTransaction();
    await db
      .collection('counters')
      .updateOne({ name: 'transactions' }, { $set: { value: number } }, { session, upsert: true });
    const rows = Array.from({ length: rowsPerTransaction }, (_, part) => ({ number, part }));
    await db.collection('rows').insertMany(rows, { session });
    await session.commitTransaction();
    acknowledged.transactions = number;
    await session.endSession();
  }
}

async function writeIncrements(client: InstanceType<typeof MongoClient>, acknowledged: Acknowledged): Promise<void> {
  const counters = client.db('crash').collection('counters');
  for (;;) {
    await counters.updateOne({ name: 'increments' }, { $inc: { value: 1 } }, { upsert: true });
    acknowledged.increments += 1;
  }
}

/** Resolves at a point of the work, not of the clock: so many transactions, and a moment into the next. */
async function reached(acknowledged: Acknowledged, transactions: number, momentMs: number): Promise<void> {
  while (acknowledged.transactions < transactions) await new Promise((resolve) => setImmediate(resolve));
  const until = performance.now() + momentMs;
  while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}
