import type { Header } from './header.js';
import type { RpcNode } from './node.js';

/** What a node calls its newest block. */
export interface NodeHead {
  readonly node: RpcNode;
  readonly head: Header;
}

/** Tells nodes that stand still from nodes that are a moment behind. */
export interface Stragglers {
  /** The heads of nodes that keep up. The others are left out, of the logs as well, until they have caught up. */
  sift(heads: readonly NodeHead[]): NodeHead[];
}

/** One node that stands still must not hold up all tokens without a word, and one that is a block behind need not be left out. */
export function createStragglers({ warn }: { warn: (message: string) => void }): Stragglers {
  const late = new Map<RpcNode, number>();

  return {
    sift: (heads) => {
      const best = Math.max(...heads.map(({ head }) => head.number));
      return heads.filter(({ node, head }) => {
        const looks = best - head.number > tolerance ? (late.get(node) ?? 0) + 1 : 0;
        late.set(node, looks);
        const wasLeftOut = node.isLeftOut;
        node.isLeftOut = looks >= mostLooks;
        if (!node.isLeftOut) {
          if (wasLeftOut) warn(`${node.name} has caught up, at block ${head.number}, and is used again.`);
          return true;
        }
        const message = `${node.name} stands at block ${head.number} while another node has block ${best}; it is left out.`;
        node.lastError = message;
        if (!wasLeftOut) warn(message);
        return false;
      });
    },
  };
}

/** Blocks that a node may be behind the best; within them all tokens wait for it, so that its logs can be compared. */
const tolerance = 5;
/** Looks in a row after which a node is left out. */
const mostLooks = 3;
