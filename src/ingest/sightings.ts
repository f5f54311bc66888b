import type { mongo } from 'mongoose';
import { inChunks } from './chunks.js';
import { lookUpLast } from './last-rows.js';
import type { Unit } from './transaction.js';
import { walkDown } from './walk-down.js';

/** Times of the first and last successful transfer from or to an address. */
export interface Sighting {
  readonly first: number;
  readonly last: number;
}

/** When an address was seen by what is stored, and the times of its transfers that are undone. */
export interface UndoneWallet {
  readonly seen: Sighting;
  readonly undone: Sighting;
}

/**
 * When addresses were seen once blocks above `upTo` are gone; one that was not any more is left out.
 * Where times rise with blocks, who was first seen later is gone, and all others are still first seen when they were: only the last row
 * that stays is asked for. Otherwise all transfers of those addresses are looked at whose first or last one is undone.
 */
export async function readSightings(unit: Unit, request: SightingRequest): Promise<Map<string, Sighting>> {
  return request.inOrder ? readInOrder(unit, request) : readInAnyOrder(unit, request);
}

/** What reading sightings needs. */
export interface SightingRequest {
  readonly tokenId: string;
  readonly wallets: ReadonlyMap<string, UndoneWallet>;
  readonly upTo: number;
  /** True when times are known to rise with blocks. */
  readonly inOrder: boolean;
}

async function readInOrder(unit: Unit, { tokenId, wallets, upTo }: SightingRequest): Promise<Map<string, Sighting>> {
  const sightings = new Map<string, Sighting>();
  const newest = await readNewestTime(unit, { tokenId, upTo });
  if (newest === undefined) return sightings;
  const wanted = new Set([...wallets].filter(([, { seen }]) => seen.first <= newest).map(([address]) => address));
  const see = (address: string, last: number): void => {
    const first = wallets.get(address)?.seen.first ?? last;
    sightings.set(address, { first, last });
  };
  await walkDown(unit, { tokenId, upTo, wanted }, see);
  await lookUpLast(unit, { tokenId, upTo, addresses: wanted }, see);
  return sightings;
}

async function readNewestTime({ session, collection }: Unit, { tokenId, upTo }: { tokenId: string; upTo: number }) {
  const newest = await collection('transactionActivity').findOne(
    { tokenId, blockNumber: { $lte: upTo } },
    { session, projection: { _id: 0, timestamp: 1 }, sort: { blockNumber: -1, logIndex: -1 } },
  );
  return newest?.timestamp.getTime();
}

async function readInAnyOrder(unit: Unit, request: SightingRequest): Promise<Map<string, Sighting>> {
  const sightings = new Map<string, Sighting>();
  const moved: string[] = [];
  for (const [address, { seen, undone }] of request.wallets) {
    if (seen.first < undone.first && seen.last > undone.last) sightings.set(address, seen);
    else moved.push(address);
  }
  const see = (address: string, first: number, last: number): void => {
    const known = sightings.get(address) ?? { first, last };
    sightings.set(address, { first: Math.min(known.first, first), last: Math.max(known.last, last) });
  };
  for (const addresses of inChunks(moved, 500)) {
    for (const side of ['fromAddress', 'toAddress'] as const) await scan(unit, { ...request, addresses, side }, see);
  }
  return sightings;
}

interface Scan extends Pick<SightingRequest, 'tokenId' | 'upTo'> {
  readonly addresses: readonly string[];
  readonly side: 'fromAddress' | 'toAddress';
}

async function scan(
  { session, collection }: Unit,
  { tokenId, addresses, upTo, side }: Scan,
  see: (address: string, first: number, last: number) => void,
): Promise<void> {
  const filter: mongo.Filter<mongo.Document> = {
    tokenId,
    [side]: { $in: addresses },
    blockNumber: { $lte: upTo },
    isSuccess: true,
  };
  const found = collection('transactionActivity').aggregate<{ _id: string; first: Date; last: Date }>(
    [{ $match: filter }, { $group: { _id: `$${side}`, first: { $min: '$timestamp' }, last: { $max: '$timestamp' } } }],
    { session, batchSize: 1_000 },
  );
  for await (const { _id, first, last } of found) see(_id, first.getTime(), last.getTime());
}
