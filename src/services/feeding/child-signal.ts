import { setMaxListeners } from 'node:events';

/** A signal that ends with others, or by itself. */
export interface ChildSignal {
  readonly signal: AbortSignal;
  stop(): void;
  /** Listens to the others no more: for whoever made it, when its work is over. */
  leave(): void;
}

/**
 * Makes one. AbortSignal.any is not used: on Node 20 a signal that lives as long as the process keeps about a kilobyte of each one derived
 * from it, and a token that is followed derives one with every block.
 */
export function createChildSignal(...parents: readonly AbortSignal[]): ChildSignal {
  const own = new AbortController();
  // All that work under it side by side listen to it, and each leaves when it is done.
  setMaxListeners(0, own.signal);
  const end = (): void => own.abort();
  for (const parent of parents) {
    if (parent.aborted) end();
    else parent.addEventListener('abort', end, { once: true });
  }
  return {
    signal: own.signal,
    stop: end,
    leave: () => {
      for (const parent of parents) parent.removeEventListener('abort', end);
    },
  };
}
