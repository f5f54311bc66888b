import type { Chain } from './rpc-double-chain.js';
import { transferLog } from './rpc-double-content.js';
import { hex, type JsonLog, toLog } from './rpc-double-json.js';
import type { RpcCall } from './rpc-double-methods.js';

/** What is sent instead of the honest answer. */
export type Lied =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly http: number; readonly headers?: Record<string, string> }
  | 'stall'
  | 'cut'
  | 'hang up';

/** Answers a lie about a call, or undefined where it does not fit. `honest` is what the node would say; errors of it are undefined. */
type Lie = (about: { chain: Chain; call: RpcCall; honest: unknown }) => Lied | undefined;

const logsLie =
  (twist: (logs: readonly JsonLog[], about: { chain: Chain; call: RpcCall }) => unknown): Lie =>
  ({ chain, call, honest }) => {
    if (call.method !== 'eth_getLogs' || !Array.isArray(honest) || honest.length === 0) return undefined;
    const result = twist(honest, { chain, call });
    return result === undefined ? undefined : { result };
  };

const blockLie =
  (twist: (block: Record<string, unknown>, about: { chain: Chain; call: RpcCall }) => unknown): Lie =>
  ({ chain, call, honest }) => {
    if (call.method !== 'eth_getBlockByNumber' || typeof honest !== 'object' || honest === null) return undefined;
    const result = twist({ ...honest }, { chain, call });
    return result === undefined ? undefined : { result };
  };

/** Only where the range may be asked in halves: a node that refuses single blocks cannot be used at all. */
const rangeLie =
  (lied: Lied): Lie =>
  ({ call }) => {
    const { fromBlock, toBlock } = (call.params[0] ?? {}) as { fromBlock?: string; toBlock?: string };
    return call.method === 'eth_getLogs' && fromBlock !== toBlock ? lied : undefined;
  };

const always =
  (lied: Lied): Lie =>
  () =>
    lied;

const blocksOf = (logs: readonly JsonLog[]): string[] => [...new Set(logs.map(({ blockNumber }) => blockNumber))];
const change = <T>(list: readonly T[], at: number, part: Partial<T> | object): T[] =>
  list.map((one, i) => (i === at ? { ...one, ...part } : one));
const middleOf = (logs: readonly JsonLog[]): number => Math.floor(logs.length / 2);

const sharesBlock = (logs: readonly JsonLog[], at: number): boolean =>
  [logs[at - 1], logs[at + 1]].some((log) => log !== undefined && log.blockNumber === logs[at]?.blockNumber);
/** The log nearest to the middle that is not the only one of its block; the same block for the same logs. */
const busyMiddle = (logs: readonly JsonLog[]): number | undefined =>
  [...logs.keys()]
    .filter((at) => sharesBlock(logs, at) && logs[at]?.topics.length === 3)
    .sort((a, b) => Math.abs(a - logs.length / 2) - Math.abs(b - logs.length / 2))[0];

/** Every way in which a node may be wrong, by name. */
export const lies = {
  emptyLogs: logsLie(() => []),
  nullLogs: logsLie(() => null),
  truncatedTail: logsLie((logs) => logs.filter(({ blockNumber }) => blockNumber !== blocksOf(logs).at(-1))),
  truncatedHead: logsLie((logs) => logs.filter(({ blockNumber }) => blockNumber !== blocksOf(logs)[0])),
  truncatedMiddle: logsLie((logs) => {
    const blocks = blocksOf(logs);
    return logs.filter(({ blockNumber }) => blockNumber !== blocks[Math.floor(blocks.length / 2)]);
  }),
  /** The block keeps a log, so that its bloom says nothing. */
  truncatedBlock: logsLie((logs) => {
    const at = logs.findIndex(({ blockNumber }, i) => blockNumber === logs[i + 1]?.blockNumber);
    return at < 0 ? undefined : logs.filter((_, i) => i !== at + 1);
  }),
  /** Cut inside a block, as an answer of limited size may be. */
  cutInTail: logsLie((logs) => (sharesBlock(logs, logs.length - 1) ? logs.slice(0, -1) : undefined)),
  cutInHead: logsLie((logs) => (sharesBlock(logs, 0) ? logs.slice(1) : undefined)),
  cutInMiddle: logsLie((logs) => {
    const at = busyMiddle(logs);
    return at === undefined ? undefined : logs.filter((_, i) => i !== at);
  }),
  /** All is right but an amount in a block with other logs. */
  otherAmount: logsLie((logs) => {
    const at = busyMiddle(logs);
    return at === undefined ? undefined : change(logs, at, { data: `0x${'12'.repeat(32)}` });
  }),
  wrongBlockHash: logsLie((logs) => change(logs, middleOf(logs), { blockHash: `0x${'ab'.repeat(32)}` })),
  wrongBlockNumber: logsLie((logs) =>
    change(logs, middleOf(logs), { blockNumber: hex(Number(logs[middleOf(logs)]?.blockNumber) + 1) }),
  ),
  otherBlock: logsLie((logs, { chain }) => {
    const block = chain.block(Number(logs[0]?.blockNumber) - 1);
    const log = block && { ...(logs[0] as JsonLog), blockNumber: hex(block.number), blockHash: block.hash };
    return log && [log, ...logs];
  }),
  otherContract: logsLie((logs) => change(logs, middleOf(logs), { address: `0x${'ee'.repeat(20)}` })),
  duplicateLog: logsLie((logs) => [...logs, logs[middleOf(logs)]]),
  removedLog: logsLie((logs) => change(logs, middleOf(logs), { removed: true })),
  forgedLog: logsLie((logs, { chain }) => {
    const block = chain.block(Number(logs.at(-1)?.blockNumber));
    if (!block) return undefined;
    const forged = transferLog(String(logs[0]?.address), 777_001, 777_002, 5n);
    return [...logs, toLog(block, { ...forged, transaction: 0 }, block.logs.length)];
  }),
  outOfOrder: logsLie((logs) => (logs.length > 1 ? [...logs].reverse() : undefined)),
  decimalLogs: logsLie((logs) =>
    logs.map((log) => ({
      ...log,
      blockNumber: String(Number(log.blockNumber)),
      logIndex: Number(log.logIndex),
      transactionIndex: String(Number(log.transactionIndex)),
    })),
  ),
  missingTopics: logsLie((logs) => change(logs, 0, { topics: undefined })),
  missingHash: logsLie((logs) => change(logs, 0, { blockHash: undefined })),
  shortData: logsLie((logs) => change(logs, 0, { data: '0x01' })),
  laggingLogs: logsLie((logs, { chain }) =>
    Number(logs.at(-1)?.blockNumber) > chain.head.number - 20
      ? logs.filter(({ blockNumber }) => Number(blockNumber) <= chain.head.number - 20)
      : undefined,
  ),
  nullBlock: blockLie(() => null),
  otherNumber: blockLie(({ number, ...block }) => ({ ...block, number: hex(Number(number) + 1) })),
  otherParent: blockLie((block) => ({ ...block, parentHash: `0x${'cd'.repeat(32)}` })),
  missingBloom: blockLie(({ logsBloom: _bloom, ...block }) => block),
  emptyBloom: blockLie((block) => ({ ...block, logsBloom: `0x${'00'.repeat(256)}` })),
  decimalBlock: blockLie((block) => ({ ...block, timestamp: Number(block.timestamp), number: Number(block.number) })),
  headBack: ({ chain, call, honest }) => {
    const back = Math.max(0, chain.head.number - 20);
    if (call.method === 'eth_blockNumber') return { result: hex(back) };
    if (call.method !== 'eth_getBlockByNumber' || call.params[0] !== 'latest') return undefined;
    const block = chain.block(back);
    return block && { result: { ...(honest as object), ...headerOf(block) } };
  },
  headAhead: ({ chain, call, honest }) => {
    const number = hex(chain.head.number + 1_000);
    if (call.method === 'eth_blockNumber') return { result: number };
    if (call.method !== 'eth_getBlockByNumber' || call.params[0] !== 'latest') return undefined;
    return { result: { ...(honest as object), number, hash: `0x${'ef'.repeat(32)}` } };
  },
  otherChain: ({ call }) => (call.method === 'eth_chainId' ? { result: '0x1' } : undefined),
  cutJson: always('cut'),
  hangUp: always('hang up'),
  stall: always('stall'),
  http429: always({ http: 429, headers: { 'retry-after': '0' } }),
  http500: always({ http: 500 }),
  http200Error: always({ error: { code: -32603, message: 'internal error' } }),
  rangeLimit: rangeLie({ error: { code: -32005, message: 'limit exceeded' } }),
  resultLimit: rangeLie({ error: { code: -32602, message: 'query returned more than 10000 results' } }),
  tooLarge: rangeLie({ http: 413 }),
  http429Later: always({ http: 429, headers: { 'retry-after': '1' } }),
} as const satisfies Record<string, Lie>;

/** Name of a lie. */
export type LieName = keyof typeof lies;

/** Names of all lies. */
export const lieNames = Object.keys(lies) as LieName[];

function headerOf({ number, hash, parentHash, timestamp, logsBloom }: NonNullable<ReturnType<Chain['block']>>) {
  return { number: hex(number), hash, parentHash, timestamp: hex(timestamp), logsBloom };
}
