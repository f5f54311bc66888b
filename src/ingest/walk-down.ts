import type { Unit } from './transaction.js';

/**
 * Reads rows from block `upTo` down and takes each wanted address that has a successful one out of `wanted`, as long as enough are met:
 * a row costs a small part of a look-up, and who moves in a block has mostly moved shortly before. Who is left lies further down; at the
 * first row of the token nobody is.
 */
export async function walkDown(
  { session, collection }: Unit,
  { tokenId, upTo, wanted }: Walk,
  see: (address: string, time: number) => void,
): Promise<void> {
  let [from, skip] = [upTo, 0];
  while (wanted.size > 0) {
    const limit = Math.min(Math.max(wanted.size * rowsPerAddress, fewestRows), mostRows);
    const rows = await collection('transactionActivity')
      .find(
        { tokenId, blockNumber: { $lte: from } },
        { session, projection: fields, sort: { blockNumber: -1, logIndex: -1 }, skip, limit, batchSize: limit + 1 },
      )
      .toArray();
    const before = wanted.size;
    for (const { isSuccess, fromAddress, toAddress, timestamp } of rows) {
      if (!isSuccess) continue;
      for (const address of [fromAddress, toAddress]) if (wanted.delete(address)) see(address, timestamp.getTime());
    }
    const last = rows.at(-1);
    if (!last || rows.length < limit) return wanted.clear();
    if ((before - wanted.size) * rowsPerLookUp < rows.length) return;
    const ofLast = rows.filter(({ blockNumber }) => blockNumber === last.blockNumber).length;
    skip = last.blockNumber === from ? skip + ofLast : ofLast;
    from = last.blockNumber;
  }
}

interface Walk {
  readonly tokenId: string;
  readonly upTo: number;
  /** Who is met is taken out. */
  readonly wanted: Set<string>;
}

const fields = { _id: 0, blockNumber: 1, timestamp: 1, fromAddress: 1, toAddress: 1, isSuccess: 1 } as const;

/** Rows that cost as much as looking one address up; measured at 15 to 20. */
const rowsPerLookUp = 16;
const rowsPerAddress = 2;
const fewestRows = 100;
const mostRows = 20_000;
