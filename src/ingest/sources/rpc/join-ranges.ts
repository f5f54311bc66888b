import type { CheckedRange } from './checked-logs.js';
import { cutParts, type PartBlocks } from './cut-parts.js';

/** Makes parts of ranges: a node that allows only a few blocks at once does not make a transaction of each few. */
export interface Join {
  /** The parts that are to be committed now that this range is read; the last range ends all. */
  add(range: Pick<CheckedRange, 'from' | 'to' | 'blocks'>, options: { isLast: boolean }): PartBlocks[];
}

/** Holds ranges back until they are as many blocks as one range may have, or have `mostLogs` logs, or the first has waited for `mostMs`. */
export function createJoin({ rangeBlocks, mostLogs = 3_000, mostMs = 2_000, now = Date.now }: JoinOptions): Join {
  let held: CheckedRange['blocks'][number][] = [];
  let logs = 0;
  let first: { readonly number: number; readonly at: number } | undefined;
  return {
    add: ({ from, to, blocks }, { isLast }) => {
      first ??= { number: from.number, at: now() };
      for (const block of blocks) {
        held.push(block);
        logs += block.logs.length;
      }
      const isEnough = to.number - first.number + 1 >= rangeBlocks || logs >= mostLogs || now() - first.at >= mostMs;
      if (!isLast && !isEnough) return [];
      const parts = cutParts({ blocks: held, to }, mostLogs);
      held = [];
      logs = 0;
      first = undefined;
      return parts;
    },
  };
}

interface JoinOptions {
  readonly rangeBlocks: number;
  readonly mostLogs?: number;
  readonly mostMs?: number;
  readonly now?: () => number;
}
