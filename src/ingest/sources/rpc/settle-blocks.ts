import { checkLogs } from './check-logs.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import { fingerprint, type Log, type LogFilter, readLogs } from './log.js';
import type { Nodes } from './nodes.js';

/** A block whose logs are in doubt. */
export interface Doubt {
  readonly header: Header;
  /** What both reads of it agreed on; absent where they did not. */
  readonly agreed?: readonly Log[];
}

/**
 * The logs of blocks in doubt, asked by block hash (which a node that does not have the block refuses, instead of answering an empty list)
 * from one node after the other, until one answer was given by `votes` reads. Throws ContradictionError when none is.
 */
export async function settleBlocks({ nodes, filter, doubts, signal }: Request): Promise<Map<number, Log[]>> {
  const settled = new Map<number, Log[]>();
  const counts = new Map<string, number>();
  const vote = (number: number, logs: readonly Log[], by: number): void => {
    const key = `${number}:${fingerprint(logs)}`;
    const count = (counts.get(key) ?? 0) + by;
    counts.set(key, count);
    if (count >= votes) settled.set(number, [...logs]);
  };
  for (const { header, agreed } of doubts) if (agreed) vote(header.number, agreed, 2);

  for (let round = 0; round < mostRounds; round += 1) {
    const open = doubts.map(({ header }) => header).filter(({ number }) => !settled.has(number));
    for (let i = 0; i < open.length; i += batch) {
      const part = open.slice(i, i + batch);
      const answers = await nodes.ask(
        part.map(({ hash }) => ({ method: 'eth_getLogs', params: [{ ...filter, blockHash: hash }] })),
        (results) => results.map((result, k) => answerOf(result, { header: part[k], filter })),
        // The first other node first: it has not been heard yet.
        { start: round + 1, ...(signal ? { signal } : {}) },
      );
      for (const [k, logs] of answers.entries()) if (logs && part[k]) vote(part[k].number, logs, 1);
    }
    if (open.length === 0) return settled;
  }
  const open = doubts.find(({ header }) => !settled.has(header.number));
  if (open) throw new ContradictionError(`answers about the logs of block ${open.header.number} differ each time`);
  return settled;
}

interface Request {
  readonly nodes: Nodes;
  readonly filter: LogFilter;
  readonly doubts: readonly Doubt[];
  readonly signal: AbortSignal | undefined;
}

/** Undefined where the answer contradicts the block: it has no vote. */
function answerOf(result: unknown, { header, filter }: { header: Header | undefined; filter: LogFilter }) {
  try {
    const logs = readLogs(result, filter);
    const one = (number: number) => (number === header?.number ? header : undefined);
    return checkLogs(logs, { header: one, filter }).get(header?.number ?? -1) ?? [];
  } catch (error) {
    if (error instanceof ContradictionError) return undefined;
    throw error;
  }
}

/** More than three, so that a lie told three times has no majority. */
const votes = 4;
const mostRounds = 12;
const batch = 50;
