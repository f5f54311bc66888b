import { BadUserInputError } from '../errors.js';
import type { Openings } from './batch.js';
import type { HolderBook } from './holder-book.js';
import type { Unit } from './transaction.js';

/** Replaces the opening balances of a token as a whole; refused when a stored transfer lies before their block. */
export async function replaceOpenings(unit: Unit, request: OpeningRequest): Promise<void> {
  const { tokenId, openings, holders } = request;
  if (!Number.isSafeInteger(openings.blockNumber) || openings.blockNumber < 0) {
    throw new BadUserInputError(
      `--opening-block: expected a whole number of 0 or more, the block that the opening balances are the state before; got ${openings.blockNumber}.`,
    );
  }
  const [oldest] = await unit
    .collection('transactionActivity')
    .find({ tokenId }, { session: unit.session, projection: { blockNumber: 1 }, sort: { blockNumber: 1 }, limit: 1 })
    .toArray();
  if (oldest && oldest.blockNumber < openings.blockNumber) {
    throw new BadUserInputError(
      `--opening-block: the opening balances are the state before block ${openings.blockNumber}, but the token has a stored transfer of block ${oldest.blockNumber}, whose amount they would count twice. Give the block that they were taken before (at most ${oldest.blockNumber}), or delete the token and import from that block on.`,
    );
  }
  const earlier = await holders.readOpenings(unit);
  const wanted = [...openings.balances].filter(([, balance]) => balance !== 0n);
  await holders.read(
    unit,
    wanted.map(([address]) => address),
  );
  const kept = new Map(wanted);
  for (const address of earlier) if (!kept.has(address)) holders.open(address, null);
  for (const [address, balance] of kept) holders.open(address, balance);
}

/** What replacing opening balances needs. */
export interface OpeningRequest {
  readonly tokenId: string;
  readonly openings: Openings;
  readonly holders: HolderBook;
}
