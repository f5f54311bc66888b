import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../../database.js';
import { createLease } from '../../lease.js';
import { blockAt, timeOfBlock } from './clock.js';
import { createDemoToken, type DemoTokenDeps } from './demo-token.js';
import { demoProfiles } from './profiles.js';

/** The running demo. */
export interface Demo {
  /** Resolves when all tokens are filled to the newest block (by whichever process does it), or when the demo is closed before. */
  readonly filled: Promise<void>;
  /** Ends it after the part that is being written. */
  close(): Promise<void>;
}

/** How far the first fill is. */
export interface DemoProgress {
  /** Token that is being filled. */
  readonly symbol: string;
  /** Transfers written since the start of the process. */
  readonly transfers: number;
  /** Done of the whole, 0 to 1. */
  readonly share: number;
}

/**
 * Fills the database with made-up tokens and then adds a block every two seconds, through the pipeline that all sources use. Goes on
 * where the database stands after a restart. Of several processes on one database one writes; when it ends, another goes on.
 * A failure is given to `onError` and tried again with the next block.
 */
export function createDemo({ database, pipeline, tokens, onProgress, onError, now = Date.now }: DemoDeps): Demo {
  const { models } = database;
  const lease = createLease({ database, name: 'demo', lifeMs: 15_000, now });
  const demoTokens = demoProfiles.map((profile, lane) =>
    createDemoToken({ models, pipeline, tokens, profile, lane, now }),
  );
  const closing = new AbortController();
  const mayGoOn = async (): Promise<boolean> => !closing.signal.aborted && (await lease.hold()) !== undefined;
  let isFilled = false;
  let written = 0;

  const advance = async (): Promise<void> => {
    for (const [lane, token] of demoTokens.entries()) {
      await token.advance({
        mayGoOn,
        signal: closing.signal,
        onPart({ transfers, share }) {
          written += transfers;
          if (!isFilled)
            onProgress?.({ symbol: token.symbol, transfers: written, share: (lane + share) / demoTokens.length });
        },
      });
    }
  };

  const run = async (onFilled: () => void): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        if (await mayGoOn()) await advance();
        isFilled ||= await isCurrent(database, now());
        if (isFilled) onFilled();
      } catch (error) {
        onError?.(error);
      }
      await untilNextBlock(now(), closing.signal);
    }
    await lease.release();
  };

  let running = Promise.resolve();
  const filled = new Promise<void>((resolve) => {
    running = run(resolve)
      .catch((error: unknown) => onError?.(error))
      .finally(resolve);
  });
  return {
    filled,
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function isCurrent({ models }: Database, now: number): Promise<boolean> {
  const contractAddress = { $in: demoProfiles.map((profile) => profile.contractAddress) };
  const current = { contractAddress, asOfTime: { $gte: new Date(now - currentMs) } };
  return (await models.tokens.countDocuments(current)) === demoProfiles.length;
}

async function untilNextBlock(now: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(1, timeOfBlock(blockAt(now) + 1) - now), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

// A fill on a slow machine ends some blocks behind the clock; the next round makes up for it.
const currentMs = 60_000;

/** What the demo needs. */
export interface DemoDeps extends Pick<DemoTokenDeps, 'pipeline' | 'tokens'> {
  readonly database: Database;
  onProgress?(progress: DemoProgress): void;
  onError?(error: unknown): void;
  now?(): number;
}
