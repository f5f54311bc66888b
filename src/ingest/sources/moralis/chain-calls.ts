import type { z } from 'zod';
import { SourceError } from '../../../errors.js';
import type { Head } from '../source.js';
import * as answers from './answers.js';
import type { MoralisClient } from './client.js';

/** A transfer by Moralis, checked. */
export type MoralisTransfer = z.output<typeof answers.transferAnswer>;

/** The newest block by Moralis; it counts a block as confirmed when 100 more have followed. */
export interface MoralisHead extends Head {
  readonly hash: string | null;
}

/** The calls of Moralis about one chain that following a token needs. */
export interface ChainCalls {
  head(signal?: AbortSignal): Promise<MoralisHead>;
  /** Hash that the chain has at a number now, undefined where it has no such block. */
  blockHash(blockNumber: number, signal?: AbortSignal): Promise<string | undefined>;
  metadata(address: string, signal?: AbortSignal): Promise<z.output<typeof answers.metadataAnswer>[number] | undefined>;
  transfers(range: TransferRange): AsyncIterable<MoralisTransfer[]>;
  /** Number of holders now; undefined where Moralis does not say. */
  holderCount(address: string, signal?: AbortSignal): Promise<number | undefined>;
  owners(address: string, signal?: AbortSignal): AsyncIterable<Array<z.output<typeof answers.ownerAnswer>>>;
}

/** Transfers of a token, ascending, both ends included. */
export interface TransferRange {
  readonly address: string;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly signal?: AbortSignal;
}

/** Blocks after which Moralis takes one for confirmed. */
export const confirmationBlocks = 100;

/** Makes the calls. `chain` is the id in hexadecimal, as Moralis names chains. */
export function createChainCalls({ client, chain, pageSize, now = Date.now }: Deps): ChainCalls {
  const limit = String(pageSize);
  const blockOf = async (block: number, signal?: AbortSignal) =>
    client.ask({ operation: 'block', path: `/block/${block}`, query: { chain }, signal }, answers.blockAnswer);
  return {
    head: async (signal) => {
      const newest = await client.ask(
        { operation: 'latestBlockNumber', path: `/latestBlockNumber/${chain}`, signal },
        answers.latestBlockAnswer,
      );
      const date = new Date(now()).toISOString();
      const query = { chain, date };
      // Costs a hundredth of a block, and gives the newest one's time and hash unless another came between the two calls.
      const near = await client.ask(
        { operation: 'dateToBlock', path: '/dateToBlock', query, signal },
        answers.dateToBlockAnswer,
      );
      if (newest === undefined) throw unknownBlock('the newest');
      if (near && near.block <= newest && near.block > newest - nearBlocks) return toHead(near.block, near);
      const block = await blockOf(newest, signal);
      if (!block) throw unknownBlock(newest);
      return toHead(newest, block);
    },
    blockHash: async (block, signal) => (await blockOf(block, signal))?.hash,
    metadata: async (address, signal) => {
      const query = { chain, 'addresses[0]': address };
      const found = await client.ask(
        { operation: 'metadata', path: '/erc20/metadata', query, signal },
        answers.metadataAnswer,
      );
      return found?.find((item) => item.address === address);
    },
    transfers: ({ address, fromBlock, toBlock, signal }) => {
      const query = { chain, from_block: String(fromBlock), to_block: String(toBlock), order: 'ASC', limit };
      return client.pages(
        { operation: 'transfers', path: `/erc20/${address}/transfers`, query, signal },
        answers.transferAnswer,
        ({ block_number, log_index }) => `${block_number}:${log_index}`,
      );
    },
    holderCount: async (address, signal) => {
      const call = { operation: 'holders', path: `/erc20/${address}/holders`, query: { chain }, signal } as const;
      return (await client.ask(call, answers.holdersAnswer))?.totalHolders;
    },
    owners: (address, signal) =>
      client.pages(
        { operation: 'owners', path: `/erc20/${address}/owners`, query: { chain, limit }, signal },
        answers.ownerAnswer,
        ({ owner_address }) => owner_address,
      ),
  };
}

interface Deps {
  readonly client: MoralisClient;
  readonly chain: string;
  readonly pageSize: number;
  readonly now?: (() => number) | undefined;
}

/** A head this few blocks behind the newest is as good: they are read with the next sync. */
const nearBlocks = 10;

function toHead(blockNumber: number, { timestamp, hash }: { timestamp: number; hash: string | null }): MoralisHead {
  return { blockNumber, time: timestamp, hash, finalizedBlock: Math.max(0, blockNumber - confirmationBlocks) };
}

function unknownBlock(block: number | string): SourceError {
  return new SourceError(
    'SOURCE_CONTRADICTS',
    `Moralis names ${block} block of the chain but does not know it; it is asked again with the next sync.`,
  );
}
