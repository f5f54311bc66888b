import { afterEach, expect } from 'vitest';
import type { Position } from '../../src/ingest/batch.js';
import type { RpcSource } from '../../src/ingest/sources/rpc/rpc-source.js';
import type { Part, ReadRequest } from '../../src/ingest/sources/source.js';
import { openRpcSource } from './chain-rpc.js';
import { type RpcDouble, startRpcDouble } from './rpc-double.js';
import { type Chain, createChain, defaultTokens } from './rpc-double-chain.js';
import type { NodeOptions } from './rpc-double-methods.js';
import { supplyOnChain, transfersOnChain } from './rpc-double-truth.js';

/** The token that is read. */
export const [{ address }] = defaultTokens;

/** Lies that cost a whole deadline each, or open the breaker: fewer of them fit one budget. */
const environment = {
  RPC_RANGE_BLOCKS: '40',
  SOURCE_TIMEOUT_MS: '400',
  BREAKER_FAILURES: '50',
  BREAKER_VOLUME: '1000',
};

const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Closes something after the test. */
export function closeLater(one: { close(): Promise<void> }): void {
  open.push(one);
}

/** A source over doubles of one chain; what is opened closes after the test. */
export async function openDoubles({
  blocks = 120,
  seed = 9,
  nodes = 1,
  busy = 3,
  settings = {},
  node = {},
}: Scene = {}) {
  const chain = createChain({ seed, finality: 64, busy });
  chain.mine(blocks);
  const doubles: RpcDouble[] = [];
  for (let i = 0; i < nodes; i += 1) doubles.push(await startRpcDouble({ chain, ...node }));
  const source = openRpcSource(
    doubles.map(({ url }) => url),
    { ...environment, ...settings },
  );
  open.push(source, ...doubles);
  return { chain, node: doubles[0] as RpcDouble, doubles, source };
}

interface Scene {
  readonly blocks?: number;
  readonly seed?: number;
  readonly nodes?: number;
  readonly busy?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly node?: Partial<NodeOptions>;
}

/** What a store would hold. */
export interface Store {
  rows: NonNullable<Part['transfers']>[number][];
  after: Position | null;
  finalized: Position | null;
  supply: bigint | null | undefined;
}

/** A store before the first part. */
export const emptyStore = (): Store => ({ rows: [], after: null, finalized: null, supply: null });

/** Takes in parts as the pipeline does. */
export async function sync(source: RpcSource, store: Store, onPart: (part: Part) => void = () => {}): Promise<Part[]> {
  const parts: Part[] = [];
  const request: ReadRequest = {
    address,
    after: store.after,
    finalized: store.finalized,
    trail: async function* (atOrBelow) {
      for (const { blockNumber, blockHash } of [...store.rows].reverse()) {
        if (blockNumber <= atOrBelow) yield { blockNumber, blockHash };
      }
    },
    stored: async function* () {},
    signal: AbortSignal.timeout(20_000),
  };
  for await (const part of source.read(request)) {
    expect(part.after).toEqual(store.after);
    const { rewindTo = Number.POSITIVE_INFINITY } = part;
    store.rows = [...store.rows.filter(({ blockNumber }) => blockNumber <= rewindTo), ...(part.transfers ?? [])];
    store.after = { blockNumber: Number(part.checkpoint?.blockNumber), blockHash: part.checkpoint?.blockHash ?? null };
    store.finalized = part.checkpoint?.finalized ?? null;
    // What a part does not tell stays as it is.
    if (part.chainSupply !== undefined) store.supply = part.chainSupply;
    parts.push(part);
    onPart(part);
  }
  return parts;
}

/** The store is what the chain is. */
export function expectTruth(store: Store, chain: Chain): void {
  const truth = transfersOnChain(chain, address);
  const key = (one: {
    blockHash: string | null;
    logIndex: number;
    value: bigint;
    fromAddress: string;
    toAddress: string;
  }) => `${one.blockHash} ${one.logIndex} ${one.fromAddress} ${one.toAddress} ${one.value}`;
  expect(store.rows.map(key)).toEqual(truth.map(key));
  expect(store.after).toEqual({ blockNumber: chain.head.number, blockHash: chain.head.hash });
  expect(store.supply).toBe(supplyOnChain(truth));
}

/** Calls that doubles answered so far. */
export function callsOf(...doubles: readonly RpcDouble[]): number {
  return doubles.reduce((sum, { calls }) => sum + [...calls.values()].reduce((one, other) => one + other, 0), 0);
}
