import type { mongo } from 'mongoose';
import { holderId } from '../models/holder.js';
import { inChunks } from './chunks.js';
import type { Unit } from './transaction.js';

/** Times of the first and last successful transfer from or to an address. */
export interface Sighting {
  readonly first: number;
  readonly last: number;
}

/**
 * When addresses were seen in blocks up to `upTo`; one that was not is left out. Where times rise with blocks these are four looks at an
 * index for each address, however much it has done, and one command for hundreds of addresses; else all its transfers are looked at.
 */
export async function readSightings(unit: Unit, request: SightingRequest): Promise<Map<string, Sighting>> {
  const seen = new Map<string, Sighting>();
  const see = (address: string, first: number, last: number): void => {
    const known = seen.get(address) ?? { first, last };
    seen.set(address, { first: Math.min(known.first, first), last: Math.max(known.last, last) });
  };
  for (const chunk of inChunks([...request.addresses], 500)) {
    if (request.inOrder) await lookUp(unit, { ...request, addresses: chunk }, see);
    else for (const side of sides) await scan(unit, { ...request, addresses: chunk, side }, see);
  }
  return seen;
}

/** What reading sightings needs. */
export interface SightingRequest {
  readonly tokenId: string;
  readonly addresses: Iterable<string>;
  readonly upTo: number;
  /** True when times are known to rise with blocks. */
  readonly inOrder: boolean;
}

type See = (address: string, first: number, last: number) => void;
type Side = (typeof sides)[number];

const sides = ['fromAddress', 'toAddress'] as const;
const ends = { first: 1, last: -1 } as const;

async function lookUp({ session, collection }: Unit, { tokenId, addresses, upTo }: SightingRequest, see: See) {
  const lists = sides.flatMap((side) =>
    (['first', 'last'] as const).map((end) => ({ as: `${side}_${end}` as const, side, order: ends[end] })),
  );
  const looks = lists.map(({ as, side, order }) => ({
    $lookup: {
      from: 'transactionActivity',
      localField: 'address',
      foreignField: side,
      pipeline: [
        { $match: { tokenId, blockNumber: { $lte: upTo }, isSuccess: true } },
        { $sort: { blockNumber: order, logIndex: order } },
        { $limit: 1 },
        { $project: { _id: 0, timestamp: 1 } },
      ],
      as,
    },
  }));
  const ids = [...addresses].map((address) => holderId({ tokenId, address }));
  const found = collection('holders').aggregate<Looked>(
    [{ $match: { _id: { $in: ids } } }, { $project: { address: 1 } }, ...looks],
    { session, batchSize: 1_000 },
  );
  for await (const row of found) {
    const times = lists.flatMap(({ as }) => (row[as] ?? []).map(({ timestamp }) => timestamp.getTime()));
    if (times.length > 0) see(row.address, Math.min(...times), Math.max(...times));
  }
}

type Looked = { readonly address: string } & { readonly [list in `${Side}_${keyof typeof ends}`]?: Moment[] };

interface Moment {
  readonly timestamp: Date;
}

async function scan({ session, collection }: Unit, request: SightingRequest & { side: Side }, see: See) {
  const { tokenId, addresses, upTo, side } = request;
  const filter: mongo.Filter<mongo.Document> = {
    tokenId,
    [side]: { $in: [...addresses] },
    blockNumber: { $lte: upTo },
    isSuccess: true,
  };
  const found = collection('transactionActivity').aggregate<{ _id: string; first: Date; last: Date }>(
    [{ $match: filter }, { $group: { _id: `$${side}`, first: { $min: '$timestamp' }, last: { $max: '$timestamp' } } }],
    { session, batchSize: 1_000 },
  );
  for await (const { _id, first, last } of found) see(_id, first.getTime(), last.getTime());
}
