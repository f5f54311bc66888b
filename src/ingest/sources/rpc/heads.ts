import { ContradictionError, untilConsistent } from './contradiction.js';
import { type Header, readHeader } from './header.js';
import type { Headers } from './headers.js';
import { RpcError } from './json-rpc.js';
import type { Nodes } from './nodes.js';

/** The newest block that all nodes have, and the newest that can no longer be replaced; null where nodes do not know that tag. */
export interface View {
  readonly head: Header;
  readonly finalized: Header | null;
}

/** Asks for the ends of the chain. */
export interface Heads {
  /** The newest block. */
  newest(signal?: AbortSignal): Promise<Header>;
  /** Both ends, checked by number. */
  view(signal?: AbortSignal): Promise<View>;
}

/** What nodes call newest and final is believed when asked by number they say the same. */
export function createHeads({ nodes, headers }: { nodes: Nodes; headers: Headers }): Heads {
  const options = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

  const newest = async (signal?: AbortSignal): Promise<Header> => {
    const heads = await nodes.askEach(
      [{ method: 'eth_getBlockByNumber', params: ['latest', false] }],
      ([block], node) => {
        const head = readHeader(block);
        if (head) node.headBlock = head.number;
        return head;
      },
      options(signal),
    );
    const lowest = heads.reduce((one, other) => (one && (!other || one.number <= other.number) ? one : other));
    if (!lowest) throw new ContradictionError('the chain has no newest block');
    return lowest;
  };

  /** The block as its number is answered, which must be the same one. */
  const confirm = async (block: Header, signal?: AbortSignal): Promise<Header> => {
    const [again] = await headers.fresh([block.number], options(signal));
    if (again?.hash !== block.hash) throw new ContradictionError(`block ${block.number} is another one by its number`);
    return block;
  };

  const finalized = async (signal?: AbortSignal): Promise<Header | null> => {
    try {
      const blocks = await nodes.askEach(
        [{ method: 'eth_getBlockByNumber', params: ['finalized', false] }],
        ([block]) => readHeader(block),
        options(signal),
      );
      const lowest = blocks.reduce((one, other) =>
        one && other && one.number > other.number ? other : (one ?? other),
      );
      return lowest ? await confirm(lowest, signal) : null;
    } catch (error) {
      // Chains without finality refuse the tag.
      if (error instanceof RpcError) return null;
      throw error;
    }
  };

  return {
    newest: (signal) =>
      untilConsistent({ what: 'The newest block', signal }, async () => {
        const head = await newest(signal);
        const known = headers.known(head.number);
        // A block that was not seen before is confirmed: a head that jumps ahead is not there by its number.
        if (known?.hash !== head.hash) await confirm(head, signal);
        headers.saw(head);
        return head;
      }),
    view: (signal) =>
      untilConsistent({ what: 'The ends of the chain', signal }, async () => {
        const head = await confirm(await newest(signal), signal);
        headers.saw(head);
        const final = await finalized(signal);
        return { head, finalized: final && final.number <= head.number ? final : null };
      }),
  };
}
