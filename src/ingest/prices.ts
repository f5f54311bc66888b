import { BadRowError } from '../errors.js';
import type { PriceInput } from './batch.js';
import { inChunks } from './chunks.js';
import type { Stored, Unit } from './transaction.js';

/**
 * Writes prices; a later import replaces a row of the same timestamp. Two different ones in one batch are a bad row. A price of a block that
 * may still be replaced takes no place of one without a block: undone, it would leave nothing of that.
 */
export async function writePrices(unit: Unit, tokenId: string, prices: readonly PriceInput[]) {
  const wanted = new Map<number, PriceInput>();
  let known = 0;
  for (const price of prices) {
    const earlier = wanted.get(price.timestamp);
    if (earlier) refuseDifferent(earlier, price);
    if (earlier) known += 1;
    else wanted.set(price.timestamp, price);
  }
  let added = 0;
  for (const chunk of inChunks([...wanted.values()], 5_000)) {
    const changed = await changedOf(unit, tokenId, chunk);
    added += changed.length;
    known += chunk.length - changed.length;
    if (changed.length === 0) continue;
    const writes = changed.map(({ _id, ...fields }) => ({
      // As a whole: a price of a file that takes the place of one of a block is not undone with the block.
      replaceOne: { filter: { _id }, replacement: fields as Omit<Stored<'tokenPriceData'>, '_id'>, upsert: true },
    }));
    await unit.collection('tokenPriceData').bulkWrite(writes, { session: unit.session, ordered: false });
  }
  return { added, known };
}

/** Throws when two prices of one timestamp differ. */
export function refuseDifferent(first: PriceInput, second: PriceInput): void {
  if (first.price === second.price && first.volume === second.volume) return;
  throw new BadRowError({
    where: `${second.where}, column ${first.price === second.price ? 'volume' : 'price'}`,
    reason: `${new Date(second.timestamp).toISOString()} has price ${second.price} and volume ${second.volume} here, but ${first.price} and ${first.volume} in ${first.where}; one import has one price for an instant`,
  });
}

type PriceRow = Pick<Stored<'tokenPriceData'>, '_id' | 'tokenId' | 'timestamp' | 'price' | 'volume' | 'blockNumber'>;

async function changedOf({ session, collection }: Unit, tokenId: string, prices: PriceInput[]): Promise<PriceRow[]> {
  const rows = prices.map(({ timestamp, price, volume, blockNumber }): PriceRow => {
    const instant = new Date(timestamp);
    const block = blockNumber === undefined ? {} : { blockNumber };
    return { _id: `${tokenId}:${instant.toISOString()}`, tokenId, timestamp: instant, price, volume, ...block };
  });
  const found = await collection('tokenPriceData')
    .find({ _id: { $in: rows.map(({ _id }) => _id) } }, { session, batchSize: 5_000 })
    .toArray();
  const stored = new Map(found.map((row) => [row._id, row]));
  return rows.filter(({ _id, price, volume, blockNumber }) => {
    const row = stored.get(_id);
    if (row && row.blockNumber === undefined && blockNumber !== undefined) return false;
    return row?.price !== price || row.volume !== volume || row.blockNumber !== blockNumber;
  });
}
