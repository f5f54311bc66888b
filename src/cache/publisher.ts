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

/**
 * Publishes through the store. With a store in memory there is nobody to tell, because its readers ask MongoDB; but other gateways of the
 * database may share a Redis that this process was not given. `sharedLifeMs` says how long an epoch key of any of them can live after the
 * commit (0: there are none); it is asked after each commit, so that a gateway which started a moment ago counts.
 */
export function createEpochPublisher({
  store,
  sharedLifeMs = async () => 0,
}: {
  store: Pick<Store, 'epochKeys' | 'telemetry'>;
  sharedLifeMs?: () => Promise<number>;
}): EpochPublisher {
  const { epochKeys, telemetry } = store;
  let isTold = false;
  const publish = async (subject: string, epoch: number, committedAt: number): Promise<void> => {
    if (await epochKeys?.publish(subject, epoch)) return;
    // A key made of a read before the commit was leased by then, so it is dead once a lease and a life have passed.
    const ownLifeMs = epochKeys ? epochKeys.lifeMs + epochKeys.leaseMs : 0;
    const lifeMs = Math.max(ownLifeMs, await sharedLifeMs());
    const lifeLeft = (): number => committedAt + lifeMs - Date.now();
    if (!epochKeys && lifeMs > 0 && !isTold) {
      isTold = true;
      telemetry.warn(
        `Gateways of this database share a Redis that this process does not know: each change waits ${lifeMs} ms until it shows everywhere. Set REDIS_URL as they do.`,
      );
    }
    for (let left = lifeLeft(); left > 0; left = lifeLeft()) {
      telemetry.count('epochs.unconfirmed');
      await wait(Math.min(retryMs, left));
      if (await epochKeys?.publish(subject, epoch)) return;
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
