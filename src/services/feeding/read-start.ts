import type { Database } from '../../database.js';
import type { Position, SourceName } from '../../ingest/batch.js';
import { checkpointId } from '../../ingest/checkpoints.js';
import { collectionOf } from '../../ingest/transaction.js';
import type { FeedState } from '../../models/checkpoint.js';

/** Where a source goes on with a token; undefined when the token is gone. */
export async function readStart(
  database: Pick<Database, 'connection'>,
  { tokenId, source }: { tokenId: string; source: SourceName },
): Promise<FeedStart | undefined> {
  const [token, checkpoint] = await Promise.all([
    collectionOf(database, 'tokens').findOne(
      { _id: tokenId },
      { projection: { contractAddress: 1, symbol: 1, fromBlock: 1, openingBlock: 1, asOfBlock: 1, priceSource: 1 } },
    ),
    collectionOf(database, 'checkpoints').findOne({ _id: checkpointId(tokenId, source) }),
  ]);
  if (!token) return undefined;
  const from = Math.max(token.fromBlock ?? 0, token.openingBlock ?? 0);
  const blockNumber = checkpoint?.blockNumber ?? null;
  return {
    address: token.contractAddress,
    symbol: token.symbol,
    priceSource: token.priceSource,
    // Sums of rows that are there hold what came before.
    isOpened: token.openingBlock !== null || token.asOfBlock !== null,
    fromBlock: from === 0 ? undefined : from,
    after: blockNumber === null ? null : { blockNumber, blockHash: checkpoint?.blockHash ?? null },
    finalized: checkpoint?.finalized ?? null,
    feed: checkpoint?.feed ?? null,
  };
}

/** What is stored about feeding a token. */
export interface FeedStart {
  readonly address: string;
  readonly symbol: string;
  /** Where its prices come from; undefined: not from a feed. */
  readonly priceSource: string | undefined;
  /** True where opening balances are stored, or rows: openings beside these would be counted twice. */
  readonly isOpened: boolean;
  /** The later of the token's own first block and the one that its opening balances are the state before. */
  readonly fromBlock: number | undefined;
  readonly after: Position | null;
  readonly finalized: Position | null;
  readonly feed: FeedState | null;
}
