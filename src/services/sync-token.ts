import type { EpochPublisher } from '../cache/publisher.js';
import type { Database } from '../database.js';
import { BadUserInputError, TokenNotFoundError } from '../errors.js';
import type { Position } from '../ingest/batch.js';
import type { Pipeline } from '../ingest/pipeline.js';
import type { Head, Source } from '../ingest/sources/source.js';
import { inTransaction } from '../ingest/transaction.js';
import type { FindOpenings } from './feeding/find-openings.js';
import { createPartPrices, type OpenPrices } from './feeding/part-prices.js';
import type { FeedProgress } from './feeding/progress.js';
import { type FeedResult, openTokenFeed, type TokenFeed } from './feeding/token-feed.js';

/** A source whose head can be waited for. */
export interface FollowedSource extends Source {
  /** Resolves when there is a block above the position, or another one in its place; at the signal too. */
  next(after: Position, signal: AbortSignal): Promise<Head>;
}

/** Live sources of a process: tokens are fed by the node where there is one. */
export interface Sources {
  readonly rpc?: FollowedSource | undefined;
  readonly moralis?: Source | undefined;
  /** Balances before the first block of a token that the node feeds. */
  readonly findOpenings?: FindOpenings | undefined;
  /** Where tokens have prices from; without it they have none. */
  readonly openPrices?: OpenPrices | undefined;
}

/** The engine for every live source. */
export interface TokenSync {
  /**
   * Takes a token to the newest block once and gives the lease back. Throws what the source throws (its code says whether trying again
   * helps), TokenNotFoundError, and BadUserInputError for a token that no source of this process feeds.
   */
  sync(tokenId: string, options?: SyncOptions): Promise<SyncResult>;
  /** A feed that stays open, for whoever follows the head. */
  open(tokenId: string): TokenFeed;
  /**
   * Lets a halted token go on with the chain as it is now: what was final before is no longer taken for final, so the next sync undoes
   * whatever the chain does not have any more. The data stays readable meanwhile. False when it is not halted.
   */
  resume(tokenId: string): Promise<boolean>;
  /** The source that feeds tokens here. */
  readonly source: Source | undefined;
}

/** How one sync is run. */
export interface SyncOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FeedProgress) => void;
}

/** What a sync did, and by which source. */
export interface SyncResult extends FeedResult {
  readonly source: Source['name'];
}

/** Makes the engine. It opens nothing by itself and has nothing to close. */
export function createTokenSync(deps: {
  database: Database;
  pipeline: Pick<Pipeline, 'commitAhead'>;
  publisher: EpochPublisher;
  sources: Sources;
  /** Chain of the sources: tokens of others are not fed from them. */
  chainId: number;
  leaseMs: number;
  /** Is told what is left out. */
  warn?: ((message: string) => void) | undefined;
}): TokenSync {
  const { database, publisher, sources, chainId } = deps;
  const source = sources.rpc ?? sources.moralis;
  const prices = createPartPrices({ ...deps, openPrices: sources.openPrices });
  const findOpenings = sources.rpc && sources.findOpenings;
  const open = (tokenId: string): TokenFeed => {
    if (source) return openTokenFeed({ ...deps, source, prices, findOpenings }, tokenId);
    throw new BadUserInputError('No source feeds tokens: set RPC_URL to a node of the chain, or MORALIS_API_KEY.');
  };

  return {
    source,
    open,
    sync: async (tokenId, { signal = new AbortController().signal, onProgress } = {}) => {
      const token = await database.models.tokens.findById(tokenId, { chainId: 1, symbol: 1 }).lean();
      if (!token) throw new TokenNotFoundError({ token: tokenId });
      if (token.chainId !== chainId) {
        throw new BadUserInputError(
          `${token.symbol} is on chain ${token.chainId}, the source of this process on chain ${chainId} (CHAIN_ID).`,
        );
      }
      const feed = open(tokenId);
      try {
        const result = await feed.advance({ signal, ...(onProgress ? { onProgress } : {}) });
        if (result.outcome === 'gone') throw new TokenNotFoundError({ token: tokenId });
        return { ...result, source: source?.name ?? 'rpc' };
      } finally {
        await feed.close();
      }
    },
    resume: async (tokenId) => {
      const epoch = await inTransaction(database, async ({ session, collection }) => {
        const { modifiedCount } = await collection('checkpoints').updateMany(
          { tokenId, 'feed.state': 'halted' },
          { $set: { finalized: null, 'feed.state': 'backfilling', 'feed.lastError': null } },
          { session },
        );
        if (modifiedCount === 0) return undefined;
        const token = await collection('tokens').findOneAndUpdate(
          { _id: tokenId },
          { $set: { finalizedBlock: null, updatedAt: new Date() }, $inc: { epoch: 1 } },
          { session, returnDocument: 'after' },
        );
        return token?.epoch;
      });
      if (epoch === undefined) return false;
      await publisher.publishToken({ tokenId, epoch, committedAt: Date.now() });
      return true;
    },
  };
}
