import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEpochs } from '../../src/cache/epochs.js';
import { createEpochPublisher } from '../../src/cache/publisher.js';
import { createTelemetry } from '../../src/telemetry.js';
import { createWorld, subject } from './protocol-model.js';

/** Numbers below 1 that a seed fixes. */
function createRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs some processes for half a minute of the model's time. Complains of answers older than an acknowledged commit or than an earlier answer. */
async function simulate(seed: number): Promise<{ complaints: string[]; answers: number; fromKey: number }> {
  const random = createRandom(seed);
  const world = createWorld(random);
  const end = Date.now() + 30_000;
  const complaints: string[] = [];
  let acknowledged = 1;
  let answers = 0;
  let fromKey = 0;

  const runProcess = async () => {
    const epochKeys = world.connect();
    let loads = 0;
    const epochs = createEpochs({
      epochKeys,
      load: () => {
        loads += 1;
        return world.load();
      },
    });
    const { publishToken } = createEpochPublisher({ store: { epochKeys, telemetry: createTelemetry() } });
    let seen = 1;
    const read = async () => {
      while (Date.now() < end) {
        await world.pass(400);
        const least = { acknowledged, seen };
        const before = loads;
        const text = await world.readText();
        const known =
          text === 'unreachable' ? await epochs.confirm([subject]) : await epochs.resolve(new Map([[subject, text]]));
        const value = known.get(subject);
        const epoch = value && !(value instanceof Error) ? value.epoch : 0;
        if (epoch < least.acknowledged) complaints.push(`STALE ${epoch}, acknowledged ${least.acknowledged}`);
        if (epoch < least.seen) complaints.push(`BACK ${epoch}, seen ${least.seen}`);
        if (epoch > world.epoch) complaints.push(`FUTURE ${epoch}, committed ${world.epoch}`);
        seen = Math.max(seen, epoch);
        answers += 1;
        if (loads === before) fromKey += 1;
      }
    };
    const write = async () => {
      while (Date.now() < end) {
        await world.pass(3000);
        const epoch = world.commit();
        const committedAt = Date.now();
        await world.pass(random() < 0.2 ? 2500 : 20);
        await publishToken({ tokenId: subject, epoch, committedAt });
        acknowledged = Math.max(acknowledged, epoch);
      }
    };
    await Promise.all([read(), read(), read(), write()]);
  };
  const done = Promise.all([runProcess(), runProcess(), runProcess()]);
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  return { complaints, answers, fromKey };
}

describe('epoch protocol in a model of late, lost and reordered messages', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives no answer older than an acknowledged commit, none that goes back, and spares MongoDB', async () => {
    let answers = 0;
    let fromKey = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const run = await simulate(seed);
      expect(run.complaints, `seed ${seed}`).toEqual([]);
      answers += run.answers;
      fromKey += run.fromKey;
    }
    expect(answers).toBeGreaterThan(5_000);
    expect(fromKey / answers).toBeGreaterThan(0.2);
  });
});
