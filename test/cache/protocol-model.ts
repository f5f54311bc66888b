import type { EpochKeys } from '../../src/cache/epoch-keys.js';
import { type EpochValue, encodeEpochValue, parseEpochValue } from '../../src/cache/epoch-value.js';

/** Life of a value (L) and of a lease (A) in the model. */
export const lifeMs = 2000;
export const leaseMs = 1000;

/** One Redis and one database that many processes share, in the time of the test's clock, with everything that networks do. */
export interface World {
  /** What a process of the world sees of the epoch keys: late, lost and evicted at random. */
  connect(): EpochKeys;
  /** The text of the key as a read sees it: at some moment between question and answer. */
  readText(): Promise<string | undefined | 'unreachable'>;
  /** The epoch as MongoDB has it at some moment between question and answer. */
  load(): Promise<ReadonlyMap<string, EpochValue | null>>;
  commit(): number;
  readonly epoch: number;
  /** Resolves after some time below `mostMs`. */
  pass(mostMs: number): Promise<void>;
}

/** The only subject of a world. */
export const subject = '000000000000000000000001';

/** Makes a world in which `random` decides. */
export function createWorld(random: () => number): World {
  let epoch = 1;
  let key: { text: string; diesAt: number } | undefined;
  let outUntil = 0;

  const pass = (mostMs: number) => new Promise<void>((resolve) => setTimeout(resolve, random() * mostMs));
  /** Mostly quick, now and then as long as a paused process. */
  const delay = () => pass(random() < 0.1 ? 3500 : 20);
  const living = () => (key && key.diesAt > Date.now() ? key.text : undefined);
  /** A command reaches Redis or not, and its answer comes back or not. */
  const send = async <T>(command: () => T): Promise<T | 'unreachable'> => {
    await delay();
    if (random() < 0.01) outUntil = Date.now() + random() * 2000;
    if (random() < 0.03) key = undefined;
    if (Date.now() < outUntil || random() < 0.03) return 'unreachable';
    const answer = command();
    await delay();
    return random() < 0.05 ? 'unreachable' : answer;
  };
  const put = (text: string, life: number) => {
    key = { text, diesAt: Date.now() + life };
  };

  return {
    pass,
    get epoch() {
      return epoch;
    },
    commit: () => {
      epoch += 1;
      return epoch;
    },
    load: async () => {
      await delay();
      const value = { epoch, asOfBlock: null, asOfTime: null, finalizedBlock: null };
      await delay();
      return new Map([[subject, value]]);
    },
    readText: () => send(living),
    connect: () => ({
      lifeMs,
      leaseMs,
      lease: async (subjects, lease) => {
        const placed = await send(() => {
          if (living() !== undefined) return false;
          put(lease, leaseMs);
          return true;
        });
        return placed === true ? subjects : [];
      },
      settle: async (values, lease) => {
        const value = values.get(subject);
        await send(() => {
          if (living() !== lease) return;
          if (value) put(encodeEpochValue(value), lifeMs);
          else key = undefined;
        });
      },
      publish: async (_subject, published) => {
        const answer = await send(() => {
          const text = living();
          const value = text === undefined ? undefined : parseEpochValue(text);
          if (text !== undefined && !(value && value.epoch >= published)) key = undefined;
          return true;
        });
        return answer === true;
      },
      refresh: async () => true,
    }),
  };
}
