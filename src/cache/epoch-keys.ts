import { type Breaker, withDeadline } from './breaker.js';
import { chunksOf } from './chunks.js';
import { scripts } from './epoch-scripts.js';
import { type EpochValue, encodeEpochValue } from './epoch-value.js';
import { keys } from './key.js';
import type { RedisClient } from './redis-client.js';

/**
 * The epoch keys of the shared store: each holds a value, or the lease of one reader. Every change is one script, so that no two
 * processes can interleave.
 */
export interface EpochKeys {
  /** Life of a value (L) and of a lease (A). */
  readonly lifeMs: number;
  readonly leaseMs: number;
  /** Puts the lease on each absent (or unreadable) key; the subjects on which it stands now. */
  lease(subjects: readonly string[], lease: string): Promise<readonly string[]>;
  /** Replaces the own lease by the value, or removes it for null; nothing where the lease is gone. */
  settle(values: ReadonlyMap<string, EpochValue | null>, lease: string): Promise<void>;
  /** Removes a lower value or a lease; never creates the key. True once the store has confirmed. */
  publish(subject: string, epoch: number): Promise<boolean>;
  /** Puts a newer asOf into a living value of the same epoch, whose life goes on unchanged. */
  refresh(subject: string, value: EpochValue): Promise<boolean>;
}

/** Epoch keys on Redis. Reads go through the breaker; a publish asks Redis itself, because only an answer confirms it. */
export function createEpochKeys({
  client,
  breaker,
  full,
  settings: { timeoutMs, epochLifeMs: lifeMs, epochLeaseMs: leaseMs },
}: {
  client: RedisClient;
  breaker: Breaker;
  full: (key: string) => string;
  settings: { readonly timeoutMs: number; readonly epochLifeMs: number; readonly epochLeaseMs: number };
}): EpochKeys {
  const run = (script: string, subject: string, args: readonly (string | number)[]): Promise<unknown> =>
    client.eval(script, { keys: [full(keys.epoch(subject))], arguments: args.map(String) });
  const confirmed = async (call: () => Promise<unknown>): Promise<boolean> => {
    try {
      await withDeadline(call(), timeoutMs);
      return true;
    } catch {
      return false;
    }
  };
  return {
    lifeMs,
    leaseMs,
    lease: async (subjects, lease) => {
      const leased: string[] = [];
      for (const part of chunksOf(subjects, mostAtOnce)) {
        const placed = await breaker.run(() =>
          Promise.all(part.map((subject) => run(scripts.lease, subject, [lease, leaseMs]))),
        );
        if (!placed.reachable) break;
        leased.push(...part.filter((_, i) => placed.value[i] === 1));
      }
      return leased;
    },
    settle: async (values, lease) => {
      for (const part of chunksOf(values, mostAtOnce)) {
        const settled = await breaker.run(() =>
          Promise.all(
            part.map(([subject, value]) =>
              run(scripts.settle, subject, [lease, value === null ? '' : encodeEpochValue(value), lifeMs]),
            ),
          ),
        );
        if (!settled.reachable) break;
      }
    },
    publish: (subject, epoch) => confirmed(() => run(scripts.publish, subject, [epoch])),
    refresh: (subject, value) => confirmed(() => run(scripts.refresh, subject, [value.epoch, encodeEpochValue(value)])),
  };
}

const mostAtOnce = 100;
