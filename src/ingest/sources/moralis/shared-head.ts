import type { MoralisHead } from './chain-calls.js';

/** The newest block, asked once for all tokens of a round, and anew outside of one. */
export interface SharedHead {
  ask(signal: AbortSignal): Promise<MoralisHead>;
  /** Reads while the work runs share one answer. */
  share<T>(work: () => Promise<T>): Promise<T>;
  /** Something is said to have happened: no answer from before is used any more. */
  renew(): void;
}

/** Shares the answers of `ask`; a question that fails is asked again by whoever comes next. */
export function createSharedHead(ask: (signal: AbortSignal) => Promise<MoralisHead>): SharedHead {
  let round: { head?: MoralisHead } | undefined;
  return {
    ask: async (signal) => {
      const own = round;
      if (own?.head) return own.head;
      const head = await ask(signal);
      // An answer that was asked for before `renew` stays with the round of before.
      if (own) own.head = head;
      return head;
    },
    share: async (work) => {
      round = {};
      try {
        return await work();
      } finally {
        round = undefined;
      }
    },
    renew: () => {
      if (round) round = {};
    },
  };
}
