import type { Database } from '../../src/database.js';
import { tokenCollections } from '../../src/models/models.js';

/** Stores so many copies of a token with all its rows; answers their ids. Much cheaper than to take in as many histories. */
export async function cloneToken(database: Database, id: string, count: number): Promise<string[]> {
  const { connection } = database;
  const token = await connection.collection<{ _id: string }>('tokens').findOne({ _id: id });
  if (!token) throw new Error(`no token ${id}`);
  const copies = Array.from({ length: count }, (_, n) => ({
    ...token,
    _id: n.toString(16).padStart(6, '0').padStart(24, 'c'),
    name: `Copy ${n}`,
    symbol: `COPY${String(n).padStart(4, '0')}`,
    symbolKey: `copy${String(n).padStart(4, '0')}`,
    contractAddress: `0x${n.toString(16).padStart(6, '0').padStart(40, 'c')}`,
  }));
  await connection.collection<{ _id: string }>('tokens').insertMany(copies);
  for (const name of tokenCollections) {
    const rows = await connection.collection<{ _id: string }>(name).find({ tokenId: id }).toArray();
    const cloned = copies.flatMap(({ _id: tokenId }) =>
      rows.map((row) => ({ ...row, _id: row._id.replace(id, tokenId), tokenId })),
    );
    if (cloned.length > 0) await connection.collection<{ _id: string }>(name).insertMany(cloned);
  }
  return copies.map(({ _id }) => _id);
}
