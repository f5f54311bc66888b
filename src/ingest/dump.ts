import type { Database } from '../database.js';
import { tokenCollections } from '../models/models.js';
import { collectionOf } from './transaction.js';

/**
 * The canonical dump, line by line: all rows of all tokens in a fixed order, without ids, epochs, creation times, hints and checkpoints.
 * Two databases that hold the same data give the same lines, however the data came in.
 */
export async function* dumpDatabase(database: Pick<Database, 'connection'>): AsyncGenerator<string> {
  const tokens = await collectionOf(database, 'tokens').find({}).toArray();
  for (const token of tokens.sort((a, b) => (a.contractAddress < b.contractAddress ? -1 : 1))) {
    const {
      _id: tokenId,
      epoch: _epoch,
      createdAt: _created,
      updatedAt: _updated,
      timesInOrder: _hint,
      fence: _fence,
      fromBlock: _from,
      ...facts
    } = token;
    yield line('tokens', token.contractAddress, facts);
    for (const name of tokenCollections) {
      if (name === 'checkpoints') continue;
      // Ids begin with the token's and go on with the row's own key, so their order is the order of the rows.
      const rows = collectionOf<'holders'>(database, name as 'holders').find(
        { _id: { $gte: `${tokenId}:`, $lt: `${tokenId};` } },
        { sort: { _id: 1 }, batchSize: 5_000 },
      );
      for await (const { _id, tokenId: _tokenId, ...row } of rows) yield line(name, token.contractAddress, row);
    }
  }
}

function line(collection: string, contractAddress: string, row: object): string {
  return JSON.stringify([collection, contractAddress, canonical(row)]);
}

/** The same value with the keys of objects sorted. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, canonical(part)]));
}
