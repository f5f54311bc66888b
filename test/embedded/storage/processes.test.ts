import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generator } from '../random.js';
import { findAll, index, insertAll, openTestStorage, temporaryDirectory } from './harness.js';

const rows = 'test.rows';

describe('several processes over one directory', () => {
  it('lose and double nothing, also when one is killed in the middle', async () => {
    const path = temporaryDirectory();
    const [first, second, killed] = ['first', 'second', 'killed'].map((name) => startWriter(path, name, 150));
    await killed!.acknowledges(40);
    killed!.process.kill('SIGKILL');
    const seen = await Promise.all([first!, second!, killed!].map(({ finished }) => finished));
    expect(seen[0]).toHaveLength(150);
    expect(seen[1]).toHaveLength(150);
    const acknowledged = seen.flat();
    expect(new Set(acknowledged).size).toBe(acknowledged.length);

    const storage = await openTestStorage(path);
    const numbers = findAll(storage, { ns: rows }).map(({ _id }) => _id);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1));
    expect(findAll(storage, { ns: 'test.counters' })).toEqual([{ _id: 'shared', n: numbers.length }]);
    for (const number of acknowledged) expect(number <= numbers.length).toBe(true);
    // At most the one transaction that the killed process did not live to acknowledge.
    expect(numbers.length - acknowledged.length).toBeOneOf([0, 1]);
    expect(storage.stats(rows).count).toBe(numbers.length);
  });

  it('go on whoever of them is killed, one after the other', { timeout: 120_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    process.stdout.write(`kills with seed ${seed}\n`);
    const random = generator(seed);
    const path = temporaryDirectory();
    const all = Array.from({ length: 6 }, (_, at) => startWriter(path, `writer ${at}`, 1_000_000));
    const alive = [...all];
    await Promise.all(alive.map(({ acknowledges }) => acknowledges(3)));
    while (alive.length > 1) {
      await new Promise((resolve) => setTimeout(resolve, random() * 20));
      const [killed] = alive.splice(Math.floor(random() * alive.length), 1);
      killed!.process.kill('SIGKILL');
      await Promise.all(alive.map(({ goesOn }) => goesOn(3_000)));
    }
    for (const { process } of all) process.kill('SIGKILL');
    const acknowledged = (await Promise.all(all.map(({ finished }) => finished))).flat();

    const storage = await openTestStorage(path);
    const numbers = findAll(storage, { ns: rows }).map(({ _id }) => _id);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1));
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(Math.max(...acknowledged)).toBeLessThanOrEqual(numbers.length);
    // Of each at most the one transaction that it did not live to acknowledge.
    expect(numbers.length - acknowledged.length).toBeLessThanOrEqual(all.length);
    expect(acknowledged.length).toBeGreaterThan(30);
  });
});

/** Two stores in one process share no lock table and no catalog: to each other they are what two processes are. */
describe('two stores over one directory', () => {
  it('see each other’s commits, collections and indexes at once', async () => {
    const path = temporaryDirectory();
    const [one, other] = [await openTestStorage(path), await openTestStorage(path)];
    await one.createIndexes(rows, [index({ n: 1 }, { unique: true })]);
    expect(other.indexes(rows)?.map(({ name }) => name)).toEqual(['_id_', 'n_1']);
    await insertAll(other, rows, [{ _id: 1, n: 1 }]);
    expect(findAll(one, { ns: rows, filter: { n: 1 } })).toEqual([{ _id: 1, n: 1 }]);
    await expect(insertAll(one, rows, [{ _id: 2, n: 1 }])).rejects.toMatchObject({ code: 11000 });
    await other.drop(rows);
    expect(one.collections('test')).toEqual([]);
    expect(findAll(one, { ns: rows })).toEqual([]);
  });

  it('let the first to commit win: the other transaction gets 112, and all of its writes are gone', async () => {
    const path = temporaryDirectory();
    const [one, other] = [await openTestStorage(path), await openTestStorage(path)];
    await one.createIndexes(rows, [index({ n: 1 }, { unique: true })]);
    await insertAll(one, rows, [{ _id: 1, n: 1 }]);
    const clashes: Array<[string, (transaction: ReturnType<typeof one.begin>) => void]> = [
      ['the same document', (transaction) => void transaction.update(setting({ _id: 1 }, { touched: Math.random() }))],
      ['the same new _id', (transaction) => transaction.insert(rows, { _id: 7, n: Math.random() })],
      ['the same new unique value', (transaction) => transaction.insert(rows, { n: 7_000 })],
    ];
    for (const [what, write] of clashes) {
      const [first, second] = [one.begin({ multi: true }), other.begin({ multi: true })];
      write(first);
      write(second);
      second.insert('test.also', { _id: what });
      await first.commit();
      await expect(second.commit(), what).rejects.toMatchObject({ code: 112, labels: ['TransientTransactionError'] });
    }
    expect(findAll(one, { ns: 'test.also' })).toEqual([]);
    expect(one.stats(rows).count).toBe(3);
  });

  it('run single statements again until they add up', async () => {
    const path = temporaryDirectory();
    const stores = [await openTestStorage(path), await openTestStorage(path)];
    const increment = setting({ _id: 1 }, {});
    const work = Array.from({ length: 60 }, (_, at) =>
      stores[at % 2]!.run((statement) => statement.update({ ...increment, update: { $inc: { n: 1 } }, upsert: true })),
    );
    await Promise.all(work);
    expect(findAll(stores[0]!, { ns: rows })).toEqual([{ _id: 1, n: 60 }]);
  });
});

function setting(filter: object, $set: object) {
  return { ns: rows, filter, update: { $set }, multi: false, upsert: false };
}

/** Starts writer.ts; `finished` resolves to the numbers it acknowledged when it is gone. */
function startWriter(path: string, name: string, transactions: number) {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const program = ['--import', 'tsx', script, path, name, String(transactions)];
  const process_: ChildProcess = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void process_.kill('SIGKILL'));
  const numbers: number[] = [];
  const lines = createInterface({ input: process_.stdout! });
  lines.on('line', (line) => numbers.push(Number(line)));
  const finished = Promise.all([once(process_, 'exit'), once(lines, 'close')]).then(() => numbers);
  const acknowledges = async (count: number) => {
    while (numbers.length < count) await once(lines, 'line');
  };
  const goesOn = async (withinMs: number) => {
    const [before, signal] = [numbers.length, AbortSignal.timeout(withinMs)];
    // What it said before is still on its way; the second line from now on is news.
    while (numbers.length < before + 2) await once(lines, 'line', { signal });
  };
  return { process: process_, finished, acknowledges, goesOn };
}
