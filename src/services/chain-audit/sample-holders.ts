import type { Unit } from '../../ingest/transaction.js';
import { holderId } from '../../models/holder.js';

/** The largest holders and some at random places of the address space, each once, whatever their balance. */
export async function sampleHolders(
  { session, collection }: Unit,
  { tokenId, sample, random }: { tokenId: string; sample: AuditSample; random: () => number },
): Promise<Array<{ address: string; balance: string }>> {
  const holders = collection('holders');
  const projection = { _id: 0, address: 1, balance: 1 };
  const found = await holders
    .find({ tokenId }, { session, projection, sort: { balance: -1, address: 1 }, limit: sample.largest })
    .toArray();
  for (let pick = 0; pick < sample.others; pick += 1) {
    const place = holderId({ tokenId, address: randomAddress(random) });
    const next = await holders.findOne(
      { _id: { $gte: place, $lt: `${tokenId};` } },
      { session, projection, sort: { _id: 1 } },
    );
    if (next) found.push(next);
  }
  return [...new Map(found.map(({ address, balance }) => [address, { address, balance }])).values()];
}

/** How much one audit compares. */
export interface AuditSample {
  readonly largest: number;
  readonly others: number;
  readonly blocks: number;
}

function randomAddress(random: () => number): string {
  const digits = Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16));
  return `0x${digits.join('')}`;
}
