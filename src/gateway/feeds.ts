import type { Config } from '../config.js';
import { TokenNotFoundError } from '../errors.js';
import { createPipeline } from '../ingest/pipeline.js';
import type { Spread } from '../ingest/sources/moralis/spread.js';
import type { Source } from '../ingest/sources/source.js';
import { createDataProcessor, type DataProcessor, type ProcessedToken } from '../services/data-processor.js';
import { errorText } from '../services/feeding/error-text.js';
import type { FeedProgress } from '../services/feeding/progress.js';
import { createFollower, type Follower } from '../services/follower.js';
import { takeHints } from '../services/hints.js';
import { createJobs, type ScheduledJob } from '../services/jobs.js';
import { runPurges } from '../services/purge.js';
import { createTokenSync, type Sources, type TokenSync } from '../services/sync-token.js';
import type { Backend } from './backend.js';

/** What keeps the tokens of a process up to date. */
export interface Feeds {
  readonly sync: TokenSync;
  readonly processor: DataProcessor;
  /** Only where there is a node. */
  readonly follower: Follower | undefined;
  /** Something was said about tokens, or the list of tokens changed: look now. */
  look(): void;
  /** Ends within the parts that are being written. The sources belong to whoever opened them. */
  close(): Promise<void>;
}

/** Starts following the node, or syncing by schedule where there is none; and the jobs beside it. */
export function createFeeds({ config, backend, sources, audit, warn, onProgress }: FeedsDeps): Feeds {
  const { database, publisher, readThrough } = backend;
  const { chainId, jobs: settings } = config;
  const { leaseMs } = settings;
  const pipeline = createPipeline({ database, publisher });
  const sync = createTokenSync({ database, pipeline, publisher, sources, chainId, leaseMs, warn });
  const processor = createDataProcessor({ sync, warm: readThrough.warm });
  const onError: Tell = (tokenId, error) =>
    warn(`${tokenId === '' ? 'The list of tokens' : `Token ${tokenId}`}: ${errorText(error)}`);
  const process = (signal: AbortSignal) => (tokenId: string) =>
    processor
      .processTokenData(tokenId, { signal, ...(onProgress ? { onProgress } : {}) })
      .catch((error: unknown) => (error instanceof TokenNotFoundError ? undefined : Promise.reject(error)));

  const { rpc } = sources;
  // A provider with a budget says when its tokens may be synced; a node is followed.
  const spread = rpc ? undefined : sources.moralis?.spread;
  const follower =
    rpc &&
    createFollower({
      ...{ database, chainId, sync, leaseMs, onProgress },
      next: (after, signal) => rpc.next(after, signal),
      onChange: (tokenId) => void processor.warm(tokenId),
      onError: ({ tokenId, error, failures }) => {
        // What fails goes on failing for a while: once is news, status has the rest.
        if (failures === 1) onError(tokenId, error);
      },
    });
  const scheduled: ScheduledJob[] = [
    {
      name: 'hints',
      schedule: settings.sync,
      run: (signal) => {
        const work = followHint(process(signal), { isFollowed: rpc !== undefined, spread });
        return takeHints({ database, work, onError, signal });
      },
    },
    { name: 'purges', schedule: purgeSchedule, run: (signal) => runPurges(database, signal) },
  ];
  if (!rpc) {
    const seen = new Set<string>();
    const run = (signal: AbortSignal) =>
      syncAll({ backend, chainId, work: process(signal), onError, spread, seen, signal });
    scheduled.push({ name: 'sync', schedule: settings.sync, run });
  }
  if (audit) scheduled.push({ name: 'audit', schedule: settings.audit, run: audit });
  const jobs = createJobs({ jobs: scheduled, onError: (name, error) => warn(`The job ${name}: ${errorText(error)}`) });
  const look = (): void => {
    follower?.look();
    jobs.trigger('hints');
  };
  look();
  return {
    sync,
    processor,
    follower,
    look,
    close: async () => {
      await Promise.all([follower?.close(), jobs.close()]);
    },
  };
}

/** What the feeds work with. */
export interface FeedsDeps {
  readonly config: Pick<Config, 'chainId' | 'jobs'>;
  readonly backend: Backend;
  readonly sources: Sources & { readonly moralis?: (Source & { readonly spread?: Spread }) | undefined };
  /** Compares a sample with the chain, by AUDIT_SCHEDULE. */
  readonly audit?: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly warn: (message: string) => void;
  readonly onProgress?: ((progress: FeedProgress) => void) | undefined;
}

/**
 * A hint at a token that another process is busy with may have come too late for that one, and one that the budget does not allow for now
 * waits. A follower sees all blocks by itself.
 */
function followHint(work: Work, { isFollowed, spread }: HintRules): (tokenId: string) => Promise<boolean> {
  return async (tokenId) => {
    if (spread && !(await spread.mayFollowHint())) return false;
    const outcome = (await work(tokenId))?.outcome;
    return isFollowed || (outcome !== 'busy' && outcome !== 'lost');
  };
}

interface HintRules {
  readonly isFollowed: boolean;
  readonly spread: Spread | undefined;
}

type Work = (tokenId: string) => Promise<ProcessedToken | undefined>;

type Tell = (tokenId: string, error: unknown) => void;

const purgeSchedule = '*/5 * * * *';

/** One after another: a provider's budget is shared, and the first token is not to wait for all. A failure does not hold up the others. */
async function syncAll({ backend, chainId, work, onError, spread, seen, signal }: SyncAll): Promise<void> {
  const { tokens } = backend.database.models;
  const active = await tokens.find({ chainId, isActive: true }, { _id: 1 }).sort({ symbol: 1 }).lean();
  const run = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      if (signal.aborted) return;
      seen.add(id);
      await work(id).catch((error: unknown) => onError(id, error));
    }
  };
  const all = active.map(({ _id }) => _id);
  if (!spread) return run(all);
  if (await spread.round(all.length, () => run(all))) return;
  // A token that was just added does not wait for the next round.
  for (const id of all) if (!seen.has(id) && (await spread.mayFollowHint())) await run([id]);
}

interface SyncAll {
  readonly backend: Backend;
  readonly chainId: number;
  readonly work: Work;
  readonly onError: Tell;
  readonly spread: Spread | undefined;
  /** Tokens that this process has synced or tried to. */
  readonly seen: Set<string>;
  readonly signal: AbortSignal;
}
