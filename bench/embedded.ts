import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { createEmbeddedServer } from '../src/embedded/server.js';

/**
 * Measures the embedded server through the driver over its unix socket, in one process as the gateway uses it:
 * bulk upserts, point queries, and an index range of 50. `npx tsx bench/embedded.ts [rows]`
 */
const rows = Number(process.argv[2] ?? 1_000_000);
const batch = 5_000;

const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
const server = await createEmbeddedServer({ dataDir });
const client = new mongoose.mongo.MongoClient(server.uri);
try {
  const transfers = client.db('bench').collection('transfers');
  await transfers.createIndex({ token: 1, block: -1, log: -1 }, { unique: true });
  await transfers.createIndex({ token: 1, from: 1, block: -1 });

  const started = performance.now();
  const before = process.cpuUsage();
  for (let first = 0; first < rows; first += batch) {
    await transfers.bulkWrite(
      Array.from({ length: Math.min(batch, rows - first) }, (_, n) => upsert(first + n)),
      {
        ordered: false,
      },
    );
  }
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(before);
  print('bulk upserts', `${Math.round(rows / seconds)}/s`, '15000/s or more');
  // Driver and server share the process: this is what both need, whatever else the machine does.
  print('CPU of a bulk upsert', `${((user + system) / rows).toFixed(1)} us`, '');

  const random = (limit: number) => Math.floor(Math.random() * limit);
  const point = await times(2_000, () => transfers.findOne({ token: 'LZAR', ...place(random(rows)) }));
  print('point query p50', `${point.toFixed(2)} ms`, '0.50 ms or less');
  const range = await times(500, () =>
    transfers
      .find({ token: 'LZAR', block: { $lt: 1 + random(rows / 10) } })
      .sort({ block: -1, log: -1 })
      .limit(50)
      .toArray(),
  );
  print(`range of 50 from ${rows} p50`, `${range.toFixed(2)} ms`, '2.00 ms or less');
  const ping = await times(1_000, () => client.db('admin').command({ ping: 1 }));
  print('ping p50', `${ping.toFixed(2)} ms`, '');
  const single = await times(1_000, () =>
    transfers.updateOne({ token: 'LZAR', ...place(random(rows)) }, { $inc: { n: 1 } }),
  );
  print('single update p50', `${single.toFixed(2)} ms`, '');
  const status = await readFile('/proc/self/status', 'utf8');
  print('RssAnon', /RssAnon:\s+(\d+ kB)/.exec(status)?.[1] ?? 'unknown', 'independent of rows');
} finally {
  await client.close();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}

function place(n: number) {
  return { block: Math.floor(n / 10), log: n % 10 };
}

function upsert(n: number) {
  const row = {
    from: `0x${(n % 2_000).toString(16).padStart(40, '0')}`,
    to: `0x${((n * 7) % 2_000).toString(16).padStart(40, '0')}`,
    value: String(n * 1_000_003),
    at: new Date(1_600_000_000_000 + n * 1_000),
  };
  return { updateOne: { filter: { token: 'LZAR', ...place(n) }, update: { $set: row }, upsert: true } };
}

async function times(count: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  taken.sort((a, b) => a - b);
  return taken[count >> 1] ?? 0;
}

function print(what: string, measured: string, target: string): void {
  process.stdout.write(`${what.padEnd(32)}${measured.padEnd(16)}${target}\n`);
}
