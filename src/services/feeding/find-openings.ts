import { SourceError } from '../../errors.js';
import type { Openings } from '../../ingest/batch.js';

/** Gives the balances before a block, of a token whose history begins later than its contract; undefined where they cannot be had. */
export type FindOpenings = (request: OpeningsRequest) => Promise<Openings | undefined>;

/** Whose balances, before which block. */
export interface OpeningsRequest {
  readonly address: string;
  readonly fromBlock: number;
  readonly signal: AbortSignal;
}

/**
 * Looks at the contract's past by a node first: where there was no contract, there were no balances, which is certain. Else the owners
 * come from a provider, where there is one.
 */
export function createFindOpenings({ node, owners }: OpeningSources): FindOpenings {
  return async (request) => {
    const { address, fromBlock } = request;
    if (await isBeforeContract({ node, address, blockNumber: fromBlock - 1 })) {
      return { blockNumber: fromBlock, balances: new Map() };
    }
    try {
      return await owners?.openings(request);
    } catch (error) {
      // What can never be had is missing, and status says so; what may come is tried again before the first row is taken in.
      if (error instanceof SourceError && error.code === 'SOURCE_REFUSED') return undefined;
      throw error;
    }
  };
}

/** A node that knows the past, and a provider that knows the owners, whose balances it has the node confirm. */
export interface OpeningSources {
  readonly node: { totalSupply(request: { address: string; blockNumber: number }): Promise<bigint> };
  readonly owners?: { openings(request: OpeningsRequest): Promise<Openings> } | undefined;
}

/** False also where the node does not keep states so old: then nothing is certain. */
async function isBeforeContract({ node, ...at }: { address: string; blockNumber: number } & OpeningSources) {
  try {
    await node.totalSupply(at);
    return false;
  } catch (error) {
    if (!(error instanceof SourceError && error.code === 'SOURCE_REFUSED')) throw error;
    // With a cause it is the node that refuses; without one there is no answer, so there was no contract.
    return error.cause === undefined;
  }
}
