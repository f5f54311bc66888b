import type { EpochValue } from './epoch-value.js';
import { catalogue } from './key.js';
import type { Store } from './store.js';

/** The writing side of the epoch protocol: called after each commit, before success is reported. */
export interface EpochPublisher {
  /** Resolves when no reader anywhere can still use an older epoch of the token. For a deleted token: its last epoch + 1. */
  publishToken(change: { tokenId: string; epoch: number; committedAt: number }): Promise<void>;
  /** The same for the catalogue. */
  publishCatalogue(change: { epoch: number; committedAt: number }): Promise<void>;
  /** A block that moved only asOf: refreshes a living value of the same epoch, so that readers see it before the key's life ends. */
  refreshToken(tokenId: string, value: EpochValue): Promise<void>;
}

/** Publishes through the store; with a store in memory there is nothing to tell anybody, because readers ask MongoDB. */
export function createEpochPublisher({ store }: { store: Pick<Store, 'epochKeys' | 'telemetry'> }): EpochPublisher {
  const publish = async (subject: string, epoch: number, committedAt: number): Promise<void> => {
    const { epochKeys, telemetry } = store;
    if (!epochKeys) return;
    // A key made of a read before the commit was leased by then, so it is dead once a lease and a life have passed.
    const until = committedAt + epochKeys.lifeMs + epochKeys.leaseMs;
    while (Date.now() < until) {
      if (await epochKeys.publish(subject, epoch)) return;
      telemetry.count('epochs.unconfirmed');
      await wait(Math.min(retryMs, until - Date.now()));
    }
  };
  return {
    publishToken: ({ tokenId, epoch, committedAt }) => publish(tokenId, epoch, committedAt),
    publishCatalogue: ({ epoch, committedAt }) => publish(catalogue, epoch, committedAt),
    refreshToken: async (tokenId, value) => {
      await store.epochKeys?.refresh(tokenId, value);
    },
  };
}

const retryMs = 100;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
