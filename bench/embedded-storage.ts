/**
 * Speed of the embedded store alone, without the wire: `npx tsx bench/embedded-storage.ts [rows]`.
 * Prints one line a measurement; the data directory is a temporary one.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectId } from 'bson';
import type { IndexSpec, Transaction } from '../src/embedded/contracts.js';
import { createQueryLanguage } from '../src/embedded/query/index.js';
import { openStorage } from '../src/embedded/storage/index.js';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 1_000;
const ns = 'bench.transfers';
const tokens = [new ObjectId(), new ObjectId()];

async function main(): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'storage-bench-'));
  const storage = await openStorage({ path, language: createQueryLanguage() });
  try {
    await storage.createIndexes(ns, indexes());
    const started = performance.now();
    for (let first = 0; first < ROWS; first += BATCH) {
      await storage.run((transaction) => {
        for (let row = first; row < first + BATCH; row++) transaction.insert(ns, transfer(row));
      });
    }
    const seconds = (performance.now() - started) / 1000;
    print('inserts a second (document + 3 index keys + _id)', Math.round(ROWS / seconds));
    const pick = () => Math.floor(Math.random() * ROWS);
    await storage.run((transaction) => {
      reads(transaction, pick);
    });
    await writes(storage);
    print('RssAnon, MB', anonymousMegabytes());
  } finally {
    await storage.close();
    rmSync(path, { recursive: true, force: true });
  }
}

function reads(transaction: Transaction, pick: () => number): void {
  const tokenId = tokens[1];
  const one = (row: number) => ({ tokenId: tokens[row % 2], block: Math.floor(row / 4), log: row % 4 });
  p50('point find by unique key, p50 ms', 5_000, () => [...transaction.find({ ns, filter: one(pick()), limit: 1 })]);
  p50('range of 50, newest first, p50 ms', 500, () => {
    const filter = { tokenId, time: { $lt: timeOf(pick()) } };
    return [...transaction.find({ ns, filter, sort: { time: -1 }, limit: 50 })];
  });
  p50('range of 50 over two tokens merged, p50 ms', 500, () => {
    const filter = { tokenId: { $in: tokens }, time: { $lt: timeOf(pick()) } };
    return [...transaction.find({ ns, filter, sort: { time: -1 }, limit: 50 })];
  });
  p50('count of half the rows by index, p50 ms', 5, () => transaction.count({ ns, filter: { tokenId } }));
  p50('count of all rows, p50 ms', 5, () => transaction.count({ ns }));
}

async function writes(storage: Awaited<ReturnType<typeof openStorage>>): Promise<void> {
  for (const [what, offset] of [
    ['new', ROWS],
    ['matching', 0],
  ] as const) {
    const transaction = storage.begin({ multi: true });
    const started = performance.now();
    for (let row = offset; row < offset + 5_000; row++) {
      const { tokenId, block, log, ...rest } = transfer(row);
      const $set = { ...rest, value: String(row) };
      transaction.update({ ns, filter: { tokenId, block, log }, update: { $set }, multi: false, upsert: true });
    }
    print(`transaction of 5,000 ${what} upserts, ms`, performance.now() - started);
    const committing = performance.now();
    await transaction.commit();
    print('  its commit, ms', performance.now() - committing);
  }
  let started = performance.now();
  for (let row = 0; row < 300; row++) await storage.run((transaction) => transaction.insert(ns, transfer(-1 - row)));
  print('single inserts one after the other, a second', 300_000 / (performance.now() - started));
  started = performance.now();
  for (let round = 0; round < 50; round++) {
    const insert = (row: number) => storage.run((transaction) => transaction.insert(ns, transfer(row)));
    await Promise.all(Array.from({ length: 16 }, (_, at) => insert(-1_000 - round * 16 - at)));
  }
  print('single inserts, 16 at a time, a second', 800_000 / (performance.now() - started));
}

function indexes(): IndexSpec[] {
  const specs: Array<[boolean, IndexSpec['key']]> = [
    [
      true,
      [
        ['tokenId', 1],
        ['block', 1],
        ['log', 1],
      ],
    ],
    [
      false,
      [
        ['tokenId', 1],
        ['time', 1],
      ],
    ],
    [
      false,
      [
        ['tokenId', 1],
        ['from', 1],
        ['time', -1],
      ],
    ],
  ];
  return specs.map(([unique, key]) => ({ name: key.flat().join('_'), key, unique }));
}

function timeOf(row: number): Date {
  return new Date(1_600_000_000_000 + Math.floor(row / 4) * 2_000);
}

function transfer(row: number) {
  const from = `0x${(Math.abs(row * 7919) % 20_000).toString(16).padStart(40, '0')}`;
  const hash = `0x${Math.abs(row).toString(16).padStart(64, '0')}`;
  const [block, log] = [Math.floor(row / 4), Math.abs(row % 4)];
  return {
    tokenId: tokens[Math.abs(row % 2)],
    block,
    log,
    time: timeOf(row),
    hash,
    from,
    to: from,
    value: `${row}000000000000000000`,
  };
}

function p50(what: string, times: number, work: () => unknown): void {
  const taken = Array.from({ length: times }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  print(what, taken.sort((a, b) => a - b)[times >> 1] ?? 0);
}

function anonymousMegabytes(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return Math.round(Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function print(what: string, value: number): void {
  console.log(`${what.padEnd(52)} ${value < 10 ? value.toFixed(3) : Math.round(value).toLocaleString('en')}`);
}

await main();
