import type { Position } from '../../ingest/batch.js';
import type { Head } from '../../ingest/sources/source.js';
import { wait } from '../../ingest/sources/wait.js';
import { backOffMs } from './back-off.js';
import { createChildSignal } from './child-signal.js';
import type { FeedProgress } from './progress.js';
import type { FeedResult, TokenFeed } from './token-feed.js';
import type { Turns } from './turns.js';

/**
 * Keeps a token at the head of its source until the signal or until the token is gone: reads its history in turns with other tokens, then
 * each block as it comes. Failures are told and tried again with back-off; a token that another process feeds, or that is halted, is
 * looked at again now and then.
 */
export async function followToken(deps: FollowDeps): Promise<void> {
  const { tokenId, feed, turns, nearTurns, signal, onError, onChange, onProgress } = deps;
  // A token that was at the head is some blocks behind at most and waits for no history.
  let isNear = false;
  let failures = 0;
  const advance = (turn: AbortSignal): Promise<FeedResult> =>
    feed.advance({ signal: turn, ...(onProgress ? { onProgress } : {}) });
  try {
    while (!signal.aborted) {
      try {
        const result: FeedResult = await (isNear ? nearTurns : turns).run(advance, signal);
        failures = 0;
        if (result.changed) onChange?.(tokenId);
        if (result.outcome === 'gone') return;
        isNear = result.outcome === 'current';
        if (result.outcome === 'current') await untilNext(deps, result.position);
        else if (result.outcome !== 'stopped') await wait(busyMs, signal);
      } catch (error) {
        failures += 1;
        onError({ tokenId, error, failures });
        await wait(backOffMs(failures), signal);
      }
    }
  } finally {
    // A database that is away now lets the lease run out by itself.
    await feed.close().catch((error: unknown) => onError({ tokenId, error, failures }));
  }
}

/** What following one token needs. */
export interface FollowDeps {
  readonly tokenId: string;
  readonly feed: TokenFeed;
  /** Places for the reading of histories, and for tokens that a new block has come for. */
  readonly turns: Turns;
  readonly nearTurns: Turns;
  /** Resolves when there is a block behind the position, or another one in its place. */
  readonly next: (after: Position, signal: AbortSignal) => Promise<Head>;
  readonly signal: AbortSignal;
  /** A feed that is quiet for so long shows up nevertheless, so that its lease stays alive. */
  readonly quietMs: number;
  readonly onError: (failure: { tokenId: string; error: unknown; failures: number }) => void;
  /** The token's epoch rose. */
  readonly onChange?: ((tokenId: string) => void) | undefined;
  readonly onProgress?: ((progress: FeedProgress) => void) | undefined;
}

async function untilNext({ next, signal, quietMs }: FollowDeps, position: Position | null): Promise<void> {
  if (!position) return wait(quietMs, signal);
  const waiting = createChildSignal(signal);
  const timer = setTimeout(waiting.stop, quietMs);
  try {
    await next(position, waiting.signal);
  } finally {
    clearTimeout(timer);
    waiting.leave();
  }
}

const busyMs = 1_000;
