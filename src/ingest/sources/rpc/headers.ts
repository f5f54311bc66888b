import { LRUCache } from 'lru-cache';
import { ContradictionError } from './contradiction.js';
import { type Header, readHeader } from './header.js';
import type { RpcCall } from './json-rpc.js';
import type { NodeOptions, Nodes } from './nodes.js';
import { toQuantity } from './quantities.js';

/** Headers by number, the recent ones remembered for all tokens. */
export interface Headers {
  /** Headers of all blocks of a range, each the parent of the next. Throws ContradictionError when they do not fit together. */
  range(from: number, to: number, options?: NodeOptions): Promise<Header[]>;
  /** Headers of single blocks, remembered or asked. */
  some(numbers: readonly number[], options?: NodeOptions): Promise<Header[]>;
  /** What nodes say now, `times` answers for each number; null where there is no such block. */
  fresh(numbers: readonly number[], options?: NodeOptions & { times?: number }): Promise<Array<Header | null>>;
  /** A range of which each header was confirmed and names the one before; undefined where one is not remembered. */
  confirmed(from: number, to: number): Header[] | undefined;
  /** Takes in a header that nodes have just confirmed: what it replaces is forgotten together with what followed. */
  saw(header: Header): void;
  forget(from: number, to: number): void;
  /** True once a block had a log in its bloom: some chains leave all blooms empty, and those say nothing. */
  readonly hasBlooms: boolean;
}

/** A memory of headers over nodes. */
export function createHeaders({ nodes, remember = 4_096 }: { nodes: Nodes; remember?: number }): Headers {
  const memory = new LRUCache<number, Header>({ max: remember });
  const confirmed = new LRUCache<number, Header>({ max: remember });

  let hasBlooms = false;

  const fresh: Headers['fresh'] = async (numbers, { times = 1, ...options } = {}) => {
    const found: Array<Header | null> = [];
    const wanted = numbers.flatMap((number) => Array.from({ length: times }, () => number));
    for (let i = 0; i < wanted.length; i += batch) {
      const part = wanted.slice(i, i + batch);
      found.push(
        ...(await nodes.ask(
          part.map(headerCall),
          (results) => results.map((result, k) => readHeader(result, part[k])),
          options,
        )),
      );
    }
    return found;
  };

  const some: Headers['some'] = async (numbers, options) => {
    const missing = numbers.filter((number) => !memory.has(number));
    const asked = new Map<number, Header>();
    const answers = await fresh(missing, options);
    for (const [i, number] of missing.entries()) {
      const header = answers[i];
      if (!header) throw new ContradictionError(`there is no block ${number} below the newest block`);
      asked.set(number, header);
    }
    return numbers.map((number) => {
      const header = asked.get(number) ?? memory.get(number);
      if (!header) throw new ContradictionError(`block ${number} was forgotten while it was read`);
      return header;
    });
  };

  return {
    get hasBlooms() {
      return hasBlooms;
    },
    fresh,
    some,
    range: async (from, to, options) => {
      const found = await some(
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
        options,
      );
      for (const [i, header] of found.entries()) {
        const before = found[i - 1];
        if (before && header.parentHash !== before.hash) {
          for (let number = from; number <= to; number += 1) memory.delete(number);
          throw new ContradictionError(`block ${header.number} does not follow the block before it`);
        }
      }
      for (const header of found.slice(-remember)) memory.set(header.number, header);
      hasBlooms ||= found.some(({ bloom }) => !/^0x0*$/.test(bloom));
      return found;
    },
    confirmed: (from, to) => {
      const found: Header[] = [];
      for (let number = from; number <= to; number += 1) {
        const header = confirmed.get(number);
        if (!header || (number > from && header.parentHash !== found.at(-1)?.hash)) return undefined;
        found.push(header);
      }
      return found;
    },
    saw: (header) => {
      const before = memory.get(header.number);
      const parent = memory.get(header.number - 1);
      if ((before && before.hash !== header.hash) || (parent && parent.hash !== header.parentHash)) {
        memory.clear();
        confirmed.clear();
      }
      hasBlooms ||= !/^0x0*$/.test(header.bloom);
      memory.set(header.number, header);
      confirmed.set(header.number, header);
    },
    forget: (from, to) => {
      for (let number = from; number <= to; number += 1) {
        memory.delete(number);
        confirmed.delete(number);
      }
    },
  };
}

/** Asks for a block without its transactions. */
function headerCall(number: number): RpcCall {
  return { method: 'eth_getBlockByNumber', params: [toQuantity(number), false] };
}

const batch = 100;
