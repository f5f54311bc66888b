import type { Position } from '../../batch.js';
import { wait } from '../wait.js';
import type { Header } from './header.js';

/** One look for new blocks that all who wait for one share. */
export interface Poll {
  /** Resolves at a look that finds a block above the position, or another one at or below it; at the signal with what was seen last. */
  next(after: Position, signal: AbortSignal): Promise<Header | undefined>;
  close(): void;
}

/** Looks every `everyMs` while somebody waits. A look that fails ends the waiting of all with its error. */
export function createPoll({
  look,
  everyMs,
}: {
  look: (signal: AbortSignal) => Promise<Header>;
  everyMs: number;
}): Poll {
  const waiting = new Set<Waiter>();
  const stop = new AbortController();
  let running = false;
  let last: Header | undefined;
  let lastLook = 0;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.size > 0 && !stop.signal.aborted) {
      await wait(lastLook + everyMs - Date.now(), stop.signal);
      lastLook = Date.now();
      try {
        const head = await look(stop.signal);
        const before = last;
        last = head;
        for (const one of waiting) if (isNews(head, { after: one.after, before })) one.resolve(head);
      } catch (error) {
        if (!stop.signal.aborted) for (const one of waiting) one.reject(error);
      }
    }
    running = false;
  };

  return {
    next: async (after, signal) => {
      if (signal.aborted || stop.signal.aborted) return last;
      let giveUp = (): void => {};
      let waiter: Waiter | undefined;
      try {
        return await new Promise((resolve, reject) => {
          waiter = { after, resolve, reject };
          waiting.add(waiter);
          giveUp = () => resolve(last);
          signal.addEventListener('abort', giveUp, { once: true });
          if (!running) void run();
        });
      } finally {
        if (waiter) waiting.delete(waiter);
        signal.removeEventListener('abort', giveUp);
      }
    },
    close: () => {
      stop.abort();
      for (const one of waiting) one.resolve(last);
    },
  };
}

interface Waiter {
  readonly after: Position;
  readonly resolve: (head: Header | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A head below the position is news once: it may be the end of a shorter chain, or of a node that lags. */
function isNews(head: Header, { after, before }: { after: Position; before: Header | undefined }): boolean {
  if (head.number > after.blockNumber) return true;
  if (head.number === after.blockNumber) return head.hash !== after.blockHash;
  return before === undefined || before.hash !== head.hash;
}
