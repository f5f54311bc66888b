import type { Database } from '../../database.js';
import { BadUserInputError } from '../../errors.js';
import { type PriceReader, secondBlocks } from '../../ingest/sources/prices/price-reader.js';
import type { Part } from '../../ingest/sources/source.js';
import { collectionOf } from '../../ingest/transaction.js';

/** Opens the prices that a token's setting names; throws BadUserInputError where nothing here can read them. */
export type OpenPrices = (request: { setting: string; address: string }) => PriceReader;

/** Puts the prices of its blocks into a part, so that they are committed, and undone, with it. */
export interface PartPrices {
  add(part: Part, of: PricedToken): Promise<Part>;
}

/** Whose prices are wanted, and from where on. */
export interface PricedToken {
  readonly tokenId: string;
  readonly symbol: string;
  readonly address: string;
  /** Where its prices come from; undefined: from nowhere that is read here. */
  readonly setting: string | undefined;
  /** Block behind which the part begins; null at the beginning of its history. */
  readonly before: number | null;
  readonly signal: AbortSignal;
}

/**
 * Makes it for all tokens of a process. A setting that cannot be used is told once and leaves the token without prices until it has another
 * one; a price that cannot be read at the moment fails the part, for its blocks would not be asked about again.
 */
export function createPartPrices({ database, openPrices, warn = () => undefined }: Deps): PartPrices {
  // What a reader has learnt of its contracts is good for every block.
  const opened = new Map<string, Opened>();

  const read = async (part: Part, { tokenId, setting, address, before, signal }: Wanted, toBlock: number) => {
    const kept = opened.get(tokenId);
    const own: Opened = kept?.setting === setting ? kept : { setting };
    opened.set(tokenId, own);
    if (own.isUnusable) return [];
    own.reader ??= openPrices?.({ setting, address });
    // A swap moves the token, so there are none before its first transfer.
    const first = part.transfers?.[0]?.blockNumber ?? toBlock;
    // Blocks of the second that the rewind cuts through lost their common row with it.
    const known = part.rewindTo === undefined ? before : Math.max(-1, part.rewindTo - secondBlocks);
    const isHead = part.headBlock === toBlock;
    return own.reader?.read({
      fromBlock: known === null ? first : known + 1,
      toBlock,
      finalizedBlock: part.asOf?.finalizedBlock ?? null,
      isHead,
      // Only who reads from the newest price on asks for it, and that is at the head.
      newest: isHead ? await newestPrice(database, { tokenId, rewindTo: part.rewindTo }) : null,
      signal,
    });
  };

  return {
    add: async (part, { setting, ...rest }) => {
      const toBlock = part.checkpoint?.blockNumber ?? null;
      if (setting === undefined || !openPrices || toBlock === null) return part;
      try {
        const prices = (await read(part, { ...rest, setting }, toBlock)) ?? [];
        return prices.length === 0 ? part : { ...part, prices: [...(part.prices ?? []), ...prices] };
      } catch (error) {
        if (!(error instanceof BadUserInputError)) throw error;
        opened.set(rest.tokenId, { setting, isUnusable: true });
        warn(`${rest.symbol}: prices by ${setting} cannot be read: ${error.message}`);
        return part;
      }
    },
  };
}

interface Deps {
  readonly database: Pick<Database, 'connection'>;
  readonly openPrices?: OpenPrices | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

type Wanted = PricedToken & { readonly setting: string };

interface Opened {
  readonly setting: string;
  reader?: PriceReader | undefined;
  readonly isUnusable?: boolean;
}

/** Time of the newest stored price that the part's own rewind leaves in place. */
async function newestPrice(
  database: Pick<Database, 'connection'>,
  { tokenId, rewindTo }: { tokenId: string; rewindTo: number | undefined },
): Promise<number | null> {
  const prices = collectionOf(database, 'tokenPriceData').find(
    { tokenId },
    { projection: { timestamp: 1, blockNumber: 1 }, sort: { timestamp: -1 }, batchSize: 50 },
  );
  for await (const { timestamp, blockNumber } of prices) {
    if (rewindTo === undefined || typeof blockNumber !== 'number' || blockNumber <= rewindTo)
      return timestamp.getTime();
  }
  return null;
}
