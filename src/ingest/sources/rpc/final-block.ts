import { ContradictionError } from './contradiction.js';
import { type Header, readHeader } from './header.js';
import type { Headers } from './headers.js';
import { RpcError } from './json-rpc.js';
import type { Nodes } from './nodes.js';

/** The newest block that can no longer be replaced. */
export interface FinalBlock {
  /** As it was said a moment ago, asked again every few blocks or seconds; null where none is that old, or none is known below the head. */
  at(head: Header): Promise<Header | null>;
}

/**
 * What all nodes call final. Where they do not know the tag it is the block `assumedDepth` below the head: without any limit a node that
 * was put back to an old state would take the whole history of a token with it.
 */
export function createFinalBlock({ nodes, headers, signal }: Deps): FinalBlock {
  let known: Header | null = null;
  let hasTag = false;
  let asked: { readonly block: number; readonly at: number } | undefined;

  const byTag = async (): Promise<Header | null> => {
    try {
      const blocks = await nodes.askEach(
        [{ method: 'eth_getBlockByNumber', params: ['finalized', false] }],
        ([block]) => readHeader(block),
        { signal },
      );
      return blocks.reduce((one, other) => (one && other && one.number > other.number ? other : (one ?? other)));
    } catch (error) {
      // Chains without finality refuse the tag.
      if (error instanceof RpcError) return null;
      throw error;
    }
  };

  const byNumber = async (number: number): Promise<Header | null> => {
    if (number < 0) return null;
    const [block] = await headers.fresh([number], { signal });
    if (!block) throw new ContradictionError(`there is no block ${number} below the newest block`);
    return block;
  };

  const ask = async (head: Header): Promise<Header | null> => {
    const tagged = await byTag();
    if (tagged) {
      hasTag = true;
      if (tagged.hash === known?.hash) return tagged;
      const again = await byNumber(tagged.number);
      if (again?.hash !== tagged.hash)
        throw new ContradictionError(`block ${tagged.number} is another one by its number`);
      return tagged;
    }
    // Where the tag was known before, its absence passes.
    return hasTag ? known : await byNumber(head.number - assumedDepth);
  };

  return {
    at: async (head) => {
      const isOld = !asked || Math.abs(head.number - asked.block) >= everyBlocks || Date.now() - asked.at >= everyMs;
      if (isOld) {
        known = await ask(head);
        asked = { block: head.number, at: Date.now() };
      }
      return known && known.number <= head.number ? known : null;
    },
  };
}

interface Deps {
  readonly nodes: Nodes;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** No chain of the last years has replaced so many blocks by itself. */
const assumedDepth = 100;
const everyBlocks = 10;
const everyMs = 5_000;
