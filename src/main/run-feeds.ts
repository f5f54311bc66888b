import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { SourceError } from '../errors.js';
import type { Backend } from '../gateway/backend.js';
import type { Feeds } from '../gateway/feeds.js';
import type { Provider } from '../ingest/sources/rpc/rpc-source.js';
import { errorText } from '../services/feeding/error-text.js';
import type { FeedProgress } from '../services/feeding/progress.js';
import { createTelemetry } from '../telemetry.js';
import { createReport } from './report.js';

/**
 * Opens the sources and starts the feeding; undefined when the process ends meanwhile. A node of another chain is refused, with WRONG_CHAIN;
 * one that does not answer is tried again while the gateway answers with what it has. The code is loaded here, for only a process with a
 * source needs it.
 */
export async function runFeeds({ config, backend, logger, signal }: RunFeeds): Promise<RunningFeeds | undefined> {
  // V8 lets a heap double before it collects; reading makes much garbage and holds little, so small steps halve its memory.
  setFlagsFromString('--heap-growing-percent=20');
  const [{ createSources }, { createChainAudits }, { createFeeds }] = await Promise.all([
    import('../services/create-sources.js'),
    import('../services/chain-audits.js'),
    import('../gateway/feeds.js'),
  ]);
  const warn = (message: string): void => logger.warn(message);
  const telemetry = createTelemetry({ log: (message, details) => logger.warn(details, message) });
  const sources = createSources({ config, database: backend.database, telemetry });
  const closeSources = async (): Promise<void> => {
    await Promise.all([sources.rpc?.close(), sources.moralis?.close()]);
  };
  try {
    await Promise.race([sources.rpc?.head(), pause(patienceMs, undefined, { ref: false })]);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'WRONG_CHAIN') {
      await closeSources();
      throw error;
    }
    logger.warn(`The chain cannot be read yet, it is tried again: ${errorText(error)}`);
  }
  if (signal.aborted) {
    await closeSources();
    return undefined;
  }
  const feeds = createFeeds({
    ...{ config, backend, sources, warn },
    audit:
      sources.rpc &&
      createChainAudits({ database: backend.database, chainId: config.chainId, chain: sources.rpc, warn }),
    onProgress: showProgress(),
  });
  return {
    look: feeds.look,
    nodes: () => (sources.rpc?.providers() ?? []).map(howItIs),
    close: async () => {
      await feeds.close();
      await closeSources();
    },
  };
}

/** What running the feeds needs. */
export interface RunFeeds {
  readonly config: Config;
  readonly backend: Backend;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Feeds that run inside this process, and how the nodes are that they read. */
export interface RunningFeeds extends Pick<Feeds, 'look' | 'close'> {
  nodes(): ReadonlyArray<ReturnType<typeof howItIs>>;
}

function howItIs({ name, state, headBlock, lastError }: Provider) {
  return { name, healthy: state === 'closed' && lastError === null, headBlock, lastError };
}

/** A node that takes longer to say which chain it has is asked by the feeds themselves. */
const patienceMs = 2_000;

/** Histories are shown while they are read; the blocks that come after are not. */
function showProgress(): (progress: FeedProgress) => void {
  const report = createReport();
  const reading = new Set<string>();
  return ({ tokenId, symbol, blockNumber, headBlock, rows, rowsPerSecond, secondsLeft }) => {
    if (headBlock - blockNumber > shownBlocks) reading.add(tokenId);
    else if (!reading.delete(tokenId)) return;
    else return report.end(`${symbol}: history read to block ${blockNumber}, ${rows} new transfers`);
    const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
    report.line(`${symbol}: block ${blockNumber} of ${headBlock}, ${Math.round(rowsPerSecond)} transfers/s${left}`);
  };
}

const shownBlocks = 100;
