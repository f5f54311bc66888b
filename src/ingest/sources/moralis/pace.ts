import { wait } from '../wait.js';

/** Keeps calls under a rate of units per second. */
export interface Pace {
  /** Resolves when the units may be used. */
  take(units: number, signal?: AbortSignal): Promise<void>;
}

/** Units may come in a burst of one second; what is beyond waits its turn. */
export function createPace({ perSecond, now = Date.now }: { perSecond: number; now?: () => number }): Pace {
  let freeAt = 0;
  return {
    take: async (units, signal) => {
      freeAt = Math.max(freeAt, now() - 1000) + (units * 1000) / perSecond;
      const pause = freeAt - now();
      if (pause > 0) await wait(pause, signal);
    },
  };
}
