import { holderId } from '../models/holder.js';
import { inChunks } from './chunks.js';
import type { Unit } from './transaction.js';

/**
 * The time of the last successful transfer, up to block `upTo` and by block, of each address that has one: two looks at an index for an
 * address, however much it has done, and one command for a thousand addresses.
 */
export async function lookUpLast(
  { session, collection }: Unit,
  { tokenId, addresses, upTo }: { tokenId: string; addresses: Iterable<string>; upTo: number },
  see: (address: string, time: number) => void,
): Promise<void> {
  const looks = sides.map((side) => ({
    $lookup: {
      from: 'transactionActivity',
      localField: 'address',
      foreignField: side,
      pipeline: [
        { $match: { tokenId, blockNumber: { $lte: upTo }, isSuccess: true } },
        { $sort: { blockNumber: -1, logIndex: -1 } },
        { $limit: 1 },
        { $project: { _id: 0, timestamp: 1 } },
      ],
      as: side,
    },
  }));
  for (const chunk of inChunks([...addresses], 1_000)) {
    const ids = chunk.map((address) => holderId({ tokenId, address }));
    const found = collection('holders').aggregate<Looked>(
      [{ $match: { _id: { $in: ids } } }, { $project: { address: 1 } }, ...looks],
      { session, batchSize: chunk.length + 1 },
    );
    for await (const { address, fromAddress, toAddress } of found) {
      const times = [...fromAddress, ...toAddress].map(({ timestamp }) => timestamp.getTime());
      if (times.length > 0) see(address, Math.max(...times));
    }
  }
}

const sides = ['fromAddress', 'toAddress'] as const;

type Looked = { readonly address: string } & Readonly<
  Record<(typeof sides)[number], ReadonlyArray<{ timestamp: Date }>>
>;
