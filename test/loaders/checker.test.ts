import { createClient } from '@redis/client';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { type OwnRedis, startRedis } from '../support/redis.js';
import { epochsSeen, startProcess, type TestProcess } from './process.js';
import { commitChange, insertTokens } from './tokens.js';

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A generator of numbers below 1 that a seed fixes. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Two processes read while two writers commit, for `forMs` at least. Complaints: MIXED (an answer of several epochs), STALE (older than
 * a commit acknowledged before the question), BACK (older than what the same process has answered before the question), FINAL.
 */
async function check({
  forMs,
  seed,
  redisUrl,
  faults = async () => undefined,
}: {
  forMs: number;
  seed: number;
  redisUrl?: string;
  faults?: (random: () => number, isOver: () => boolean) => Promise<unknown>;
}) {
  const test = await createTestDatabase();
  closers.push(() => test.close());
  const ids = await insertTokens(test.database, 4);
  const cache = { redisUrl, epochLifeMs: 400, epochLeaseMs: 200, timeoutMs: 50 };
  const processes: TestProcess[] = [];
  for (let n = 0; n < 2; n++) {
    processes.push(await startProcess({ ...test, namespace: 'checker', cache: { ...cache, breaker: fastBreaker } }));
  }
  for (const process of processes) closers.push(() => process.close());

  const random = createRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const end = Date.now() + forMs;
  const acknowledged = new Map<string, number>(ids.map((id) => [id, 1]));
  const complaints: string[] = [];
  let answers = 0;
  let commits = 0;
  // On a busy machine the time alone would say little.
  const isOver = () => Date.now() >= end && commits >= 10 && answers >= 100;

  const write = async () => {
    while (!isOver()) {
      const change = await commitChange(test.database, pick(ids));
      // Between a commit and its publish processes may still differ, but none may go back.
      await new Promise((resolve) => setTimeout(resolve, random() * 80));
      await pick(processes).publisher.publishToken(change);
      commits += 1;
      acknowledged.set(change.tokenId, Math.max(acknowledged.get(change.tokenId) ?? 0, change.epoch));
      await new Promise((resolve) => setTimeout(resolve, random() * 60));
    }
  };
  const read = async (process: TestProcess, seen: Map<string, number>) => {
    while (!isOver()) {
      const asked = [...new Set([pick(ids), pick(ids)])];
      const least = asked.map((id) => [acknowledged.get(id) ?? 0, seen.get(id) ?? 0] as const);
      const found = await process.resolve((scope) => Promise.all(asked.map((id) => epochsSeen(scope, id))));
      asked.forEach((id, i) => {
        const epochs = found[i] ?? [];
        const epoch = epochs[0] ?? 0;
        const [written, known] = least[i] ?? [0, 0];
        if (epochs.length !== 4 || new Set(epochs).size !== 1) complaints.push(`MIXED ${id}: ${epochs}`);
        if (epoch < written) complaints.push(`STALE ${id}: ${epoch}, acknowledged ${written}`);
        if (epoch < known) complaints.push(`BACK ${id}: ${epoch}, seen ${known}`);
        seen.set(id, Math.max(seen.get(id) ?? 0, epoch));
        answers += 1;
      });
    }
  };
  const readers = processes.flatMap((process) => {
    const seen = new Map<string, number>();
    return [1, 2, 3].map(() => read(process, seen));
  });
  await Promise.all([write(), write(), ...readers, faults(random, isOver)]);

  for (const process of processes) {
    for (const id of ids) {
      const stored = (await test.database.models.tokens.findById(id).lean())?.epoch;
      const epochs = await process.resolve((scope) => epochsSeen(scope, id));
      if (epochs?.some((epoch) => epoch !== stored)) complaints.push(`FINAL ${id}: ${epochs}, stored ${stored}`);
    }
  }
  return { complaints, stats: processes.map(({ through }) => through.stats()) };
}

const fastBreaker = { failures: 3, errorPercent: 50, volume: 10, resetMs: 200 };

describe('a checker of all answers while tokens change', () => {
  it('finds no mixed, stale or backward answer with the store in memory', async () => {
    const { complaints, stats } = await check({ forMs: 2500, seed: 1 });
    expect(complaints).toEqual([]);
    expect(stats.every(({ hits, bypasses }) => hits > 0 && bypasses === 0)).toBe(true);
  });

  it.each([11, 12])('finds none on Redis while it is flushed, paused, stopped and killed (seed %i)', async (seed) => {
    let redis: OwnRedis = await startRedis();
    closers.push(() => redis.kill());
    const operate = async (command: string[]) => {
      const client = createClient({ url: redis.url, socket: { reconnectStrategy: false } }).on(
        'error',
        () => undefined,
      );
      await client.connect();
      await client.sendCommand(command);
      client.destroy();
    };
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const faults = [
      () => operate(['FLUSHALL']),
      () => operate(['CLIENT', 'PAUSE', '150', 'ALL']),
      () => operate(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']),
      async () => {
        process.kill(redis.pid, 'SIGSTOP');
        await wait(120);
        process.kill(redis.pid, 'SIGCONT');
      },
      async () => {
        const { port } = redis;
        await redis.kill();
        await wait(100);
        redis = await startRedis({ port });
      },
    ];
    const { complaints, stats } = await check({
      forMs: 5000,
      seed,
      redisUrl: redis.url,
      faults: async (random, isOver) => {
        for (let n = 0; !isOver(); n++) {
          await wait(150 + random() * 500);
          await (faults[(n + seed) % faults.length] as () => Promise<unknown>)();
        }
      },
    });
    expect(complaints).toEqual([]);
    expect(stats.every(({ hits, misses }) => hits > 0 && misses > 0)).toBe(true);
  });
});
