import { type ChildSignal, createChildSignal } from './child-signal.js';

/**
 * A bounded number of places for long work. Who has had a place for a slice of time gives it up when somebody waits for one, so that a
 * short piece of work never waits for the end of a long one.
 */
export interface Turns {
  /** Runs the work once there is a place; its signal fires when the place is wanted. With `signal` fired it runs at once, as one that is to end. */
  run<T>(work: (turn: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Makes the places. */
export function createTurns({ places, sliceMs }: { places: number; sliceMs: number }): Turns {
  const running = new Set<Turn>();
  const waiting = new Set<() => void>();
  let free = places;

  const callOff = (): void => {
    let wanted = waiting.size - [...running].filter(({ end }) => end.signal.aborted).length;
    for (const { end, isOver } of running) {
      if (wanted <= 0 || !isOver || end.signal.aborted) continue;
      wanted -= 1;
      end.stop();
    }
  };
  /** True with a place: a free one, or that of whoever leaves next, first come first served. False at the signal. */
  const enter = async (signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return false;
    if (free > 0) {
      free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const settle = (hasPlace: boolean): void => {
        waiting.delete(take);
        signal.removeEventListener('abort', giveUp);
        resolve(hasPlace);
      };
      const take = (): void => settle(true);
      const giveUp = (): void => settle(false);
      waiting.add(take);
      signal.addEventListener('abort', giveUp, { once: true });
      callOff();
    });
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next) next();
    else free += 1;
  };

  return {
    run: async (work, signal) => {
      if (!(await enter(signal))) return work(signal);
      const turn: Turn = { end: createChildSignal(signal), isOver: false };
      const timer = setTimeout(() => {
        turn.isOver = true;
        callOff();
      }, sliceMs);
      running.add(turn);
      try {
        return await work(turn.end.signal);
      } finally {
        clearTimeout(timer);
        turn.end.leave();
        running.delete(turn);
        leave();
      }
    },
  };
}

interface Turn {
  readonly end: ChildSignal;
  isOver: boolean;
}
