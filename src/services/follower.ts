import type { Database } from '../database.js';
import { wait } from '../ingest/sources/wait.js';
import { collectionOf } from '../ingest/transaction.js';
import { type ChildSignal, createChildSignal } from './feeding/child-signal.js';
import { type FollowDeps, followToken } from './feeding/follow-token.js';
import { createTurns } from './feeding/turns.js';
import type { TokenSync } from './sync-token.js';

/** Keeps all active tokens of a chain at its head. */
export interface Follower {
  /** Looks at the list of tokens now instead of within a second: for whoever has just changed it. */
  look(): void;
  /** Tokens that this process follows or waits for. */
  readonly tokenIds: readonly string[];
  /** Ends within the part that is being written, and gives the leases back. */
  close(): Promise<void>;
}

/** Starts following. Of several processes on one database each token is fed by one. */
export function createFollower(deps: FollowerDeps): Follower {
  const {
    database,
    chainId,
    sync,
    next,
    leaseMs,
    backfills = 2,
    advances = 8,
    sliceMs = 15_000,
    lookMs = 1_000,
  } = deps;
  const turns = createTurns({ places: backfills, sliceMs });
  const nearTurns = createTurns({ places: advances, sliceMs });
  const closing = createChildSignal();
  const followed = new Map<string, { end: ChildSignal; ended: Promise<void> }>();
  let wake = createChildSignal();
  let seen: number | undefined;

  const follow = (tokenId: string): void => {
    const end = createChildSignal(closing.signal);
    const { signal } = end;
    const { onError, onChange, onProgress } = deps;
    const rest = { onError, onChange, onProgress };
    const ended = followToken({
      tokenId,
      feed: sync.open(tokenId),
      turns,
      nearTurns,
      next,
      signal,
      quietMs: leaseMs / 3,
      ...rest,
    })
      // It tells all failures itself; what is left is a defect, and the next look starts it anew.
      .catch((error: unknown) => onError({ tokenId, error, failures: 1 }))
      .finally(() => {
        end.leave();
        if (followed.get(tokenId)?.end === end) followed.delete(tokenId);
        seen = undefined;
      });
    followed.set(tokenId, { end, ended });
  };
  const compare = async (): Promise<void> => {
    const catalogue = await collectionOf(database, 'metadata').findOne({ _id: 'database' });
    if (catalogue?.catalogueEpoch === seen) return;
    const rows = collectionOf(database, 'tokens').find({ chainId, isActive: true }, { projection: { _id: 1 } });
    const wanted = new Set((await rows.toArray()).map(({ _id }) => _id));
    seen = catalogue?.catalogueEpoch;
    for (const [tokenId, { end }] of followed) if (!wanted.has(tokenId)) end.stop();
    if (closing.signal.aborted) return;
    for (const tokenId of wanted) if (!followed.has(tokenId)) follow(tokenId);
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      wake = createChildSignal(closing.signal);
      await compare().catch((error: unknown) => deps.onError({ tokenId: '', error, failures: 1 }));
      await wait(lookMs, wake.signal);
      wake.leave();
    }
    await Promise.all([...followed.values()].map(({ ended }) => ended));
  };

  const running = run();
  return {
    look: () => wake.stop(),
    get tokenIds() {
      return [...followed.keys()];
    },
    close: async () => {
      closing.stop();
      await running;
    },
  };
}

/** What the follower works with. */
export interface FollowerDeps extends Pick<FollowDeps, 'next' | 'onChange' | 'onProgress' | 'onError'> {
  readonly database: Database;
  readonly chainId: number;
  readonly sync: Pick<TokenSync, 'open'>;
  readonly leaseMs: number;
  /** Tokens whose history is read side by side, and how long one may keep its place while others wait. */
  readonly backfills?: number;
  readonly sliceMs?: number;
  /** Tokens at the head that take in a new block side by side: more of them only wait for each other's commits. */
  readonly advances?: number;
  /** Pause between two looks at the list of tokens. */
  readonly lookMs?: number;
}
