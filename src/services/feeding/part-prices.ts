import type { Database } from '../../database.js';
import { BadUserInputError } from '../../errors.js';
import type { PriceReader } from '../../ingest/sources/prices/price-reader.js';
import type { Part } from '../../ingest/sources/source.js';
import { collectionOf } from '../../ingest/transaction.js';

/** Opens the prices that a token's setting names; throws BadUserInputError where nothing here can read them. */
export type OpenPrices = (request: { setting: string; address: string }) => PriceReader;

/** Puts the prices of its blocks into a part, so that they are committed, and undone, with it. */
export type AddPrices = (part: Part, before: number | null) => Promise<Part>;

/**
 * Makes it for one run over a token. A setting that cannot be used is told once and leaves the token without prices; a price that cannot
 * be read at the moment fails the part, for its blocks would not be asked about again.
 */
export function createAddPrices({ database, tokenId, address, setting, openPrices, warn, signal }: Deps): AddPrices {
  if (setting === undefined || !openPrices) return async (part) => part;
  let reader: PriceReader | undefined;
  let isUsable = true;
  return async (part, before) => {
    const toBlock = part.checkpoint?.blockNumber ?? null;
    if (!isUsable || toBlock === null) return part;
    // A swap moves the token, so there are none before its first transfer.
    const first = part.transfers?.[0]?.blockNumber ?? toBlock;
    const known = part.rewindTo ?? before;
    try {
      reader ??= openPrices({ setting, address });
      const prices = await reader.read({
        fromBlock: known === null ? first : known + 1,
        toBlock,
        finalizedBlock: part.asOf?.finalizedBlock ?? null,
        isHead: part.headBlock === toBlock,
        newest: await newestPrice(database, { tokenId, rewindTo: part.rewindTo }),
        signal,
      });
      return prices.length === 0 ? part : { ...part, prices: [...(part.prices ?? []), ...prices] };
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      isUsable = false;
      warn(`Prices by ${setting} cannot be read: ${error.message}`);
      return part;
    }
  };
}

interface Deps {
  readonly database: Pick<Database, 'connection'>;
  readonly tokenId: string;
  readonly address: string;
  readonly setting: string | undefined;
  readonly openPrices: OpenPrices | undefined;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
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
