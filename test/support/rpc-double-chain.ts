import { type Hex, keccak256, toHex } from 'viem';
import { bloomOf } from './rpc-double-bloom.js';
import { createState, playBlock } from './rpc-double-content.js';

/** A log as a block has it; index and hashes follow from its place. */
export interface ChainLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  /** Number of its transaction in the block. */
  readonly transaction: number;
}

/** A block of the synthetic chain. */
export interface ChainBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Seconds. */
  readonly timestamp: number;
  readonly logs: readonly ChainLog[];
  readonly logsBloom: string;
  readonly transactions: readonly string[];
}

/** A contract of the chain. */
export interface ChainToken {
  readonly address: string;
  readonly name: string;
  readonly symbol: string;
  /** How name and symbol are returned; null: both calls revert. */
  readonly labels: 'string' | 'bytes32' | null;
  /** null: the call reverts. */
  readonly decimals: number | null;
  readonly createdAt: number;
}

/** What a chain is made of. */
export interface ChainOptions {
  readonly seed: number;
  readonly tokens?: readonly ChainToken[];
  /** Seconds from block to block. */
  readonly blockSeconds?: number;
  /** Time of block 0 in seconds. */
  readonly genesis?: number;
  /** Blocks from the head to the newest that is final; a final block never becomes unfinal. */
  readonly finality?: number;
  /** Transfers of one token in a block that has some: at most so many. */
  readonly busy?: number;
  /** Blocks of a hundred that have transfers. */
  readonly density?: number;
  readonly wallets?: number;
  /** Contracts besides the tokens. */
  readonly contracts?: readonly ChainContract[];
}

/** A contract that a test makes up. */
export interface ChainContract {
  readonly address: string;
  /** Its logs in a block; forks have others. */
  logs(place: { readonly number: number; readonly fork: number }): ReadonlyArray<Pick<ChainLog, 'topics' | 'data'>>;
  /** Answer to a call at a block; undefined reverts. */
  answer(request: { readonly data: Hex; readonly block: ChainBlock }): Hex | undefined;
}

/** The truth: a chain that grows and changes its mind, and knows nothing of what is served of it. */
export interface Chain {
  readonly options: Required<ChainOptions>;
  readonly head: ChainBlock;
  readonly finalizedBlock: number;
  readonly length: number;
  block(number: number): ChainBlock | undefined;
  byHash(hash: string): ChainBlock | undefined;
  mine(count: number): void;
  /** Replaces the last `depth` blocks by `length` others (as many, if not said) with other content; answers those that are gone. */
  reorg(depth: number, options?: { length?: number }): readonly ChainBlock[];
  /** Replaces the last blocks by blocks that were there before, as `reorg` answered them. */
  restore(depth: number, blocks: readonly ChainBlock[]): readonly ChainBlock[];
}

const tokenA: ChainToken = {
  address: `0x${'a1'.repeat(20)}`,
  name: 'Alpha Coin',
  symbol: 'ALPHA',
  labels: 'string',
  decimals: 18,
  createdAt: 7,
};
const tokenB: ChainToken = {
  address: `0x${'b2'.repeat(20)}`,
  name: 'Beta Coin',
  symbol: 'BETA',
  labels: 'bytes32',
  decimals: 2,
  createdAt: 3,
};

/** The two tokens of a chain for which nothing else is said. */
export const defaultTokens = [tokenA, tokenB] as const;

/** Makes a chain with a genesis block. */
export function createChain(given: ChainOptions): Chain {
  const options: Required<ChainOptions> = {
    tokens: defaultTokens,
    blockSeconds: 2,
    genesis: Date.UTC(2026, 0, 5) / 1_000,
    finality: 100,
    busy: 3,
    density: 40,
    wallets: 40,
    contracts: [],
    ...given,
  };
  const blocks: ChainBlock[] = [];
  const known = new Map<string, ChainBlock>();
  const state = createState();
  let fork = 0;
  let finalized = 0;

  const push = (block: ChainBlock): void => {
    blocks.push(block);
    known.set(block.hash, block);
    finalized = Math.max(finalized, blocks.length - 1 - options.finality);
  };
  const next = (): void => {
    const number = blocks.length;
    const parentHash = blocks.at(-1)?.hash ?? `0x${'0'.repeat(64)}`;
    const logs = playBlock({ options, number, fork, state });
    const count = Math.max(1, ...logs.map(({ transaction }) => transaction + 1));
    const hash = hashOf(`block ${options.seed} ${fork} ${number} ${parentHash}`);
    push({
      number,
      hash,
      parentHash,
      timestamp: options.genesis + number * options.blockSeconds,
      logs,
      logsBloom: bloomOf(logs),
      // A reorg puts transactions into other blocks, it does not change them: after it they come one block earlier.
      transactions: Array.from({ length: count }, (_, i) =>
        hashOf(`transaction ${options.seed} ${number + fork} ${i}`),
      ),
    });
  };
  const drop = (depth: number): ChainBlock[] => {
    if (depth >= blocks.length) throw new Error(`The chain has ${blocks.length} blocks, it cannot replace ${depth}.`);
    const gone = blocks.splice(blocks.length - depth, depth);
    for (const { logs } of gone) for (const log of logs) state.apply(log, -1n);
    return gone;
  };
  next();

  return {
    options,
    get head() {
      return blocks.at(-1) as ChainBlock;
    },
    get finalizedBlock() {
      return finalized;
    },
    get length() {
      return blocks.length;
    },
    block: (number) => blocks[number],
    byHash: (hash) => {
      const block = known.get(hash);
      return block && blocks[block.number] === block ? block : undefined;
    },
    mine: (count) => {
      for (let i = 0; i < count; i += 1) next();
    },
    reorg: (depth, { length = depth } = {}) => {
      const gone = drop(depth);
      fork += 1;
      for (let i = 0; i < length; i += 1) next();
      return gone;
    },
    restore: (depth, old) => {
      const gone = drop(depth);
      if (old[0]?.parentHash !== blocks.at(-1)?.hash) throw new Error('The old blocks do not follow the block before.');
      for (const block of old) {
        for (const log of block.logs) state.apply(log, 1n);
        push(block);
      }
      return gone;
    },
  };
}

function hashOf(text: string): string {
  return keccak256(toHex(text));
}
