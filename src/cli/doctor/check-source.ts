import type { Source } from '../../ingest/sources/source.js';
import { type Check, look } from './check.js';

/** A node or provider answers, and its newest block is new. */
export function checkSource({
  name,
  source,
  remedy,
  now = Date.now,
}: {
  name: string;
  source: Pick<Source, 'head'>;
  remedy: string;
  now?: () => number;
}): Promise<Check> {
  return look(
    async () => {
      const startedAt = performance.now();
      const { blockNumber, time, finalizedBlock } = await source.head();
      const ms = Math.round(performance.now() - startedAt);
      const ageSeconds = Math.max(0, Math.round((now() - time) / 1_000));
      const finality = finalizedBlock === null ? 'finality unknown' : `final up to ${finalizedBlock}`;
      const detail = `block ${blockNumber}, ${ageSeconds} s old, ${finality}, an answer in ${ms} ms`;
      if (ageSeconds <= freshSeconds) return { name, state: 'ok', detail };
      return {
        name,
        state: 'warn',
        detail,
        remedy: `Its newest block is old: it is behind, or the chain stands. ${remedy}`,
      };
    },
    (reason) => ({ name, state: 'fail', detail: reason, remedy }),
  );
}

/** Lisk has a block every two seconds; some chains one in twelve. */
const freshSeconds = 120;
