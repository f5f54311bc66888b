import { LRUCache } from 'lru-cache';
import { SourceError } from '../../../errors.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import type { Headers } from './headers.js';
import type { TokenCalls } from './token-calls.js';

/** totalSupply of tokens as the chain has it. */
export interface Supplies {
  /**
   * The supply at a block, read where transfers came or it was not read for a while; undefined where what was told last still counts, null
   * where the contract has none. Throws ContradictionError when the block was replaced meanwhile.
   */
  at(request: SupplyRequest): Promise<bigint | null | undefined>;
  /** What was told last does not count any more. */
  forget(address: string): void;
}

/** Whose supply is wanted. */
export interface SupplyRequest {
  readonly address: string;
  readonly head: Header;
  /** True where rows came, so that it may be another one. */
  readonly isMoved: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A supply may change without a transfer: it is looked at now and then, that of all tokens in one question. */
export function createSupplies({ tokens, headers, now = Date.now }: Deps): Supplies {
  const toldAt = new LRUCache<string, number>({ max: 10_000 });
  let shared: { readonly hash: string; readonly answers: Promise<ReadonlyMap<string, bigint | null>> } | undefined;

  const stillThere = async ({ number, hash }: Header, given: { signal?: AbortSignal }): Promise<void> => {
    const [block] = await headers.fresh([number], given);
    if (block?.hash !== hash) throw new ContradictionError(`block ${number} was replaced meanwhile`);
  };

  const one = async ({ address, head, signal }: SupplyRequest): Promise<bigint | null> => {
    const given = signal ? { signal } : {};
    const supply = await tokens.totalSupply({ address, blockNumber: head.number, ...given }).catch((error: unknown) => {
      // A contract without totalSupply can be followed all the same.
      if (error instanceof SourceError && error.code === 'SOURCE_REFUSED') return null;
      throw error;
    });
    await stillThere(head, given);
    return supply;
  };

  /** Of all tokens whose time comes soon. One that gives up does not take it from the others. */
  const many = async (head: Header): Promise<ReadonlyMap<string, bigint | null>> => {
    const due = [...toldAt.entries()].filter(([, at]) => now() - at >= everyMs / 2).map(([address]) => address);
    const supplies = await tokens.supplies({ addresses: due, blockNumber: head.number });
    await stillThere(head, {});
    return supplies;
  };

  return {
    at: async (request) => {
      const { address, head, isMoved, signal } = request;
      const before = isMoved ? undefined : toldAt.get(address);
      if (before !== undefined && now() - before < everyMs) return undefined;
      let supply: bigint | null | undefined;
      if (before !== undefined) {
        if (shared?.hash !== head.hash) shared = { hash: head.hash, answers: many(head) };
        const asked = shared;
        const answers = await asked.answers.catch((error: unknown) => {
          if (shared === asked) shared = undefined;
          throw error;
        });
        supply = answers.get(address);
      }
      supply ??= await one(request);
      signal?.throwIfAborted();
      toldAt.set(address, now());
      return supply;
    },
    forget: (address) => void toldAt.delete(address),
  };
}

interface Deps {
  readonly tokens: Pick<TokenCalls, 'totalSupply' | 'supplies'>;
  readonly headers: Pick<Headers, 'fresh'>;
  readonly now?: () => number;
}

/** A supply that changes without a transfer is told so much later at most. */
const everyMs = 30_000;
