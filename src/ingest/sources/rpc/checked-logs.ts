import { mayHold } from './bloom.js';
import { checkLogs } from './check-logs.js';
import { untilConsistent } from './contradiction.js';
import type { Header } from './header.js';
import type { Headers } from './headers.js';
import { digest, itemsOf, type Log, type LogFilter } from './log.js';
import type { LogRanges } from './log-ranges.js';
import type { NodeOptions, Nodes } from './nodes.js';
import type { BlockReceipts } from './receipts.js';
import { type Doubt, settleBlocks } from './settle-blocks.js';

/** Logs of a range of blocks, in order of the chain, and headers of the first, the last and all blocks with logs. */
export interface CheckedRange {
  readonly from: Header;
  readonly to: Header;
  readonly blocks: ReadonlyArray<{ readonly header: Header; readonly logs: readonly Log[] }>;
  header(number: number): Header | undefined;
}

/** What reads checked logs. */
export interface Deps {
  readonly nodes: Nodes;
  readonly headers: Headers;
  readonly ranges: LogRanges;
  readonly receipts: BlockReceipts;
  readonly check: 'full' | 'sampled';
  readonly random?: () => number;
}

/**
 * Reads the logs of a range so that neither a lie nor a lagging node gets through: headers are a chain, each log fits its header, reads with
 * different cuts are the same, and a block whose bloom promises a log has one. What is in doubt is settled block by block, and so are the
 * first and the last block with logs, at which every read of the range is cut. `sampled` knows the headers of some blocks only and reads
 * twice: it does not see that two reads left out the same block in the middle, nor a lie told twice.
 */
export function readCheckedLogs(deps: Deps, request: RangeRequest): Promise<CheckedRange> {
  const { from, to, signal } = request;
  const what = `Blocks ${from} to ${to} of ${request.filter.address}`;
  return untilConsistent({ what, signal }, async (attempt) => {
    if (attempt > 0) deps.headers.forget(from, to);
    return await readOnce(deps, request, { start: attempt, ...(signal ? { signal } : {}) });
  });
}

interface RangeRequest {
  readonly filter: LogFilter;
  readonly from: number;
  readonly to: number;
  /** Logs that no honest node would give for this filter make their block doubtful. */
  readonly isOdd?: (log: Log) => boolean;
  readonly signal: AbortSignal | undefined;
}

async function readOnce(deps: Deps, request: RangeRequest, options: NodeOptions): Promise<CheckedRange> {
  const { nodes, headers, ranges, receipts, check, random = Math.random } = deps;
  const { filter, from, to, signal } = request;
  const recent = headers.hasBlooms ? headers.confirmed(from, to) : undefined;
  if (recent?.every(({ bloom }) => !mayHold(bloom, itemsOf(filter)))) return withoutLogs(recent);
  const [known, logs] = await Promise.all([
    check === 'full' ? headers.range(from, to, options) : headers.some(sample(from, to, random), options),
    ranges.read(filter, { from, to }, options),
  ]);
  const byNumber = new Map(known.map((header) => [header.number, header]));
  const checked = async (some: readonly Log[]): Promise<Map<number, Log[]>> => {
    const unknown = new Set(some.map(({ blockNumber }) => blockNumber).filter((n) => !byNumber.has(n)));
    const inside = check === 'full' ? [] : [...unknown].filter((number) => number >= from && number <= to);
    for (const header of await headers.some(inside, options)) byNumber.set(header.number, header);
    return checkLogs(some, { header: (number) => byNumber.get(number), filter });
  };
  const first = await checked(logs);
  // Blooms that promise nothing prove that nothing is missing. A single block is settled at once where its bloom does.
  const isProven = byNumber.size === to - from + 1 && known.every(({ bloom }) => !mayHold(bloom, itemsOf(filter)));
  const cuts = isProven || from === to ? [] : check === 'full' ? fullCuts : sampledCuts;
  const others = await Promise.all(
    cuts.map(async (cut, i) => {
      const again = await readCut(ranges, { ...request, cut }, { ...options, start: (options.start ?? 0) + i + 1 });
      return new Map([...(await checked(again))].map(([number, some]) => [number, digest(some)]));
    }),
  );
  const reads: Reads = { headers: [...byNumber.values()], first, others, request };
  const settle = (doubts: readonly Doubt[]) => settleBlocks({ nodes, receipts, filter, doubts, signal });
  const doubts = findDoubts(reads, check === 'full' || from === to ? withReceipts(first, random) : none);
  const settled = doubts.length > 0 ? await settle(doubts) : new Map<number, Log[]>();
  if (doubts.some(({ header, agreed }) => agreed && digest(agreed) !== digest(settled.get(header.number) ?? []))) {
    // Reads agreed on what is not true: nothing of them is believed.
    const rest = reads.headers.filter(({ number, bloom }) => !settled.has(number) && mayHold(bloom, itemsOf(filter)));
    const all = rest.map((header): Doubt => ({ header, agreed: first.get(header.number) ?? [], isProvable: true }));
    for (const [number, some] of await settle(all)) settled.set(number, some);
  }
  const blocks = [...byNumber.values()]
    .map((block) => ({ header: block, logs: settled.get(block.number) ?? first.get(block.number) ?? [] }))
    .filter((block) => block.logs.length > 0)
    .sort((a, b) => a.header.number - b.header.number);
  const header = (number: number): Header | undefined => byNumber.get(number);
  return { from: byNumber.get(from) as Header, to: byNumber.get(to) as Header, blocks, header };
}

/** A bloom leaves out nothing that is there: blocks that were confirmed when they were new need no question about their logs. */
function withoutLogs(headers: readonly Header[]): CheckedRange {
  const first = headers[0] as Header;
  const header = (number: number): Header | undefined => headers[number - first.number];
  return { from: first, to: headers.at(-1) as Header, blocks: [], header };
}

/** The same range in two questions, so that what an answer leaves out at its end or for its size differs. */
async function readCut(
  ranges: LogRanges,
  { filter, from, to, cut }: RangeRequest & { readonly cut: number },
  options: NodeOptions,
): Promise<Log[]> {
  const middle = from + Math.floor((to - from) * cut);
  const head = await ranges.read(filter, { from, to: middle }, options);
  if (middle < to) for (const log of await ranges.read(filter, { from: middle + 1, to }, options)) head.push(log);
  return head;
}

/** Blocks about which the reads differ, or whose bloom promises a log that none gave, with an odd log, and at both ends of the range. */
function findDoubts({ headers, first, others, request }: Reads, provable: ReadonlySet<number>): Doubt[] {
  const promised = itemsOf(request.filter);
  const { isOdd = () => false } = request;
  const ends = endsOf(first);
  return headers.flatMap((header): Doubt[] => {
    const { number } = header;
    const logs = first.get(number) ?? [];
    const mark = others.length > 0 && logs.length > 0 ? digest(logs) : undefined;
    if (others.some((other) => other.get(number) !== mark)) return [{ header }];
    const isProvable = provable.has(number);
    const isSuspect =
      logs.length === 0 ? mayHold(header.bloom, promised) : isProvable || ends.includes(number) || logs.some(isOdd);
    return isSuspect ? [{ header, agreed: logs, weight: others.length > 0 ? 2 : 1, isProvable }] : [];
  });
}

interface Reads {
  readonly headers: readonly Header[];
  readonly first: ReadonlyMap<number, Log[]>;
  /** Of the other reads only the digest of each block with logs. */
  readonly others: ReadonlyArray<ReadonlyMap<number, string>>;
  readonly request: RangeRequest;
}

/** The first and the last block with logs. */
function endsOf(logs: ReadonlyMap<number, unknown>): number[] {
  const numbers = [...logs.keys()];
  return numbers.length === 0
    ? []
    : [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
}

/** Blocks that are worth their receipts although reads agree: both ends and one between, to find an index that lost logs for good. */
function withReceipts(logs: ReadonlyMap<number, unknown>, random: () => number): ReadonlySet<number> {
  const between = [...logs.keys()][Math.floor(random() * logs.size)];
  return new Set(between === undefined ? [] : [...endsOf(logs), between]);
}

/** Both ends and some between. */
function sample(from: number, to: number, random: () => number): number[] {
  const some = Array.from({ length: sampled }, () => from + Math.floor(random() * (to - from + 1)));
  return [...new Set([from, ...some, to])].sort((a, b) => a - b);
}

const none: ReadonlySet<number> = new Set();
const sampled = 8;
/** With the first read four voices: a lie told three times does not go unnoticed. Against the headers of a range they cost nothing. */
const fullCuts = [1 / 3, 1 / 2, 2 / 3];
const sampledCuts = [1 / 3];
