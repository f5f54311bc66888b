import { mayHold } from './bloom.js';
import { checkLogs } from './check-logs.js';
import { untilConsistent } from './contradiction.js';
import type { Header } from './header.js';
import type { Headers } from './headers.js';
import { fingerprint, type Log, type LogFilter } from './log.js';
import type { LogRanges } from './log-ranges.js';
import type { NodeOptions, Nodes } from './nodes.js';
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
  readonly check: 'full' | 'sampled';
  readonly random?: () => number;
}

/**
 * Reads the logs of a range so that neither a lie nor a lagging node gets through: headers are a chain, each log fits its header, two reads
 * with different cuts are the same, and a block whose bloom promises a log has one. What is in doubt is settled block by block.
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
  const { nodes, headers, ranges, check, random = Math.random } = deps;
  const { filter, from, to, signal } = request;
  const [known, first, second] = await Promise.all([
    check === 'full' ? headers.range(from, to, options) : headers.some(sample(from, to, random), options),
    ranges.read(filter, { from, to }, options),
    readOtherwise(ranges, request, options),
  ]);
  const byNumber = new Map(known.map((header) => [header.number, header]));
  if (check === 'sampled') {
    const missing = new Set(
      [...first, ...second].map(({ blockNumber }) => blockNumber).filter((n) => !byNumber.has(n)),
    );
    const inside = [...missing].filter((number) => number >= from && number <= to);
    for (const header of await headers.some(inside, options)) byNumber.set(header.number, header);
  }
  const header = (number: number): Header | undefined => byNumber.get(number);
  const one = checkLogs(first, { header, filter });
  const other = checkLogs(second, { header, filter });
  const doubts = findDoubts({ headers: [...byNumber.values()], one, other, request });
  const settled = doubts.length > 0 ? await settleBlocks({ nodes, filter, doubts, signal }) : new Map<number, Log[]>();
  const blocks = [...byNumber.values()]
    .map((block) => ({ header: block, logs: settled.get(block.number) ?? one.get(block.number) ?? [] }))
    .filter(({ logs }) => logs.length > 0)
    .sort((a, b) => a.header.number - b.header.number);
  return { from: byNumber.get(from) as Header, to: byNumber.get(to) as Header, blocks, header };
}

/** The same range in two questions with another cut, or in one of another node for a single block. */
async function readOtherwise(
  ranges: LogRanges,
  { filter, from, to }: RangeRequest,
  options: NodeOptions,
): Promise<Log[]> {
  const other = { ...options, start: (options.start ?? 0) + 1 };
  const cut = from + Math.floor((to - from) / 3);
  const head = await ranges.read(filter, { from, to: cut }, other);
  return cut < to ? [...head, ...(await ranges.read(filter, { from: cut + 1, to }, other))] : head;
}

/** Blocks about which the reads differ, or whose bloom promises a log that none gave, or with an odd log. */
function findDoubts({ headers, one, other, request }: Reads): Doubt[] {
  const { filter, isOdd } = request;
  const promised = [filter.address, ...filter.topics.filter((topic) => typeof topic === 'string')];
  const none: readonly Log[] = [];
  return headers.flatMap((header): Doubt[] => {
    const a = one.get(header.number) ?? none;
    const b = other.get(header.number) ?? none;
    if (a.length !== b.length || fingerprint(a) !== fingerprint(b)) return [{ header }];
    const isSuspect = a.length === 0 ? mayHold(header.bloom, promised) : isOdd !== undefined && a.some(isOdd);
    return isSuspect ? [{ header, agreed: a }] : [];
  });
}

interface Reads {
  readonly headers: readonly Header[];
  readonly one: ReadonlyMap<number, Log[]>;
  readonly other: ReadonlyMap<number, Log[]>;
  readonly request: RangeRequest;
}

/** Both ends and some between. */
function sample(from: number, to: number, random: () => number): number[] {
  const some = Array.from({ length: sampled }, () => from + Math.floor(random() * (to - from + 1)));
  return [...new Set([from, ...some, to])].sort((a, b) => a - b);
}

const sampled = 8;
