import { setMaxListeners } from 'node:events';
import type { Position } from '../../batch.js';
import { ContradictionError, untilConsistent } from './contradiction.js';
import { createFinalBlock, type FinalBlock } from './final-block.js';
import { type Header, isSameHeader, readHeader } from './header.js';
import type { Headers } from './headers.js';
import type { Nodes } from './nodes.js';
import { createStragglers } from './stragglers.js';

/** The newest block that all nodes have which keep up, and the newest that can no longer be replaced; null where there is none yet. */
export interface View {
  readonly head: Header;
  readonly finalized: Header | null;
}

/** Asks for the ends of the chain, once for all tokens. */
export interface Heads {
  /** Both ends, asked now and checked by number; whoever asks meanwhile shares the answer. */
  look(signal?: AbortSignal): Promise<View>;
  /** The last look, where it was a moment ago and has something new for whoever stands at a position; else a new one. */
  news(after: Position | null, signal?: AbortSignal): Promise<View>;
  /** What was seen last fits nothing else: it is asked anew. */
  doubt(): void;
  close(): void;
}

/** What nodes call newest and final is believed when asked by number they say the same. */
export function createHeads({ nodes, headers, warn }: Deps): Heads {
  const closing = new AbortController();
  const { signal } = closing;
  // Every node that is asked listens to it.
  setMaxListeners(0, signal);
  const stragglers = createStragglers({ warn });
  const finalBlock: FinalBlock = createFinalBlock({ nodes, headers, signal });
  let last: { readonly view: View; readonly at: number } | undefined;
  let running: Promise<View> | undefined;

  const newest = async (): Promise<Header> => {
    const said = await nodes.askEach(
      [{ method: 'eth_getBlockByNumber', params: ['latest', false] }],
      ([block], node) => {
        const head = readHeader(block);
        if (head) node.headBlock = head.number;
        return head ? [{ node, head }] : [];
      },
      { signal },
    );
    const [first, ...others] = stragglers.sift(said.flat());
    if (!first) throw new ContradictionError('the chain has no newest block');
    return others.reduce((one, { head }) => (head.number < one.number ? head : one), first.head);
  };

  /**
   * The head by its number, and the blocks between it and the one seen before: each is told by two answers, since a bloom of them is
   * believed when it says that there is nothing.
   */
  const confirm = async (head: Header, before: Header | undefined): Promise<void> => {
    const gap = before ? head.number - before.number : 0;
    const from = gap > 0 && gap <= mostBetween ? head.number - gap + 1 : head.number;
    const numbers = Array.from({ length: head.number - from + 1 }, (_, i) => from + i);
    const [one, other = one] = await Promise.all(
      (numbers.length > 1 ? [1, 0] : [1]).map((start) => headers.fresh(numbers, { start, signal })),
    );
    const chain = numbers.map((number, i) => {
      const header = one?.[i];
      if (!header || !isSameHeader(header, other?.[i]) || (number === head.number && !isSameHeader(header, head))) {
        throw new ContradictionError(`block ${number} is another one by its number`);
      }
      return header;
    });
    for (const [i, { number, parentHash }] of chain.entries()) {
      if (i > 0 && parentHash !== chain[i - 1]?.hash) {
        throw new ContradictionError(`block ${number} does not follow the block before it`);
      }
    }
    for (const header of chain) headers.saw(header);
  };

  const lookOnce = async (): Promise<View> => {
    const view = await untilConsistent({ what: 'The ends of the chain', signal }, async () => {
      const head = await newest();
      const before = last?.view.head;
      const [finalized] = await Promise.all([
        finalBlock.at(head),
        head.hash === before?.hash ? undefined : confirm(head, before),
      ]);
      return { head, finalized };
    });
    last = { view, at: Date.now() };
    return view;
  };

  const look: Heads['look'] = async (given) => {
    given?.throwIfAborted();
    running ??= lookOnce().finally(() => {
      running = undefined;
    });
    return await orAborted(running, given);
  };

  return {
    look,
    news: async (after, given) => {
      const isNews = last && last.view.head.number > (after?.blockNumber ?? -1) && Date.now() - last.at < sharedMs;
      return last && isNews ? last.view : await look(given);
    },
    doubt: () => {
      last = undefined;
    },
    close: () => closing.abort(),
  };
}

interface Deps {
  readonly nodes: Nodes;
  readonly headers: Headers;
  readonly warn: (message: string) => void;
}

/** What many wait for goes on when one of them gives up. */
async function orAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await shared;
  let giveUp = (): void => {};
  try {
    return await Promise.race([
      shared,
      new Promise<never>((_, reject) => {
        giveUp = () => reject(signal.reason);
        signal.addEventListener('abort', giveUp, { once: true });
      }),
    ]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Blocks between two looks that are asked for all tokens at once. */
const mostBetween = 64;
/** How old a look may be for a token that it has news for: the next look is under way by then. */
const sharedMs = 2_000;
