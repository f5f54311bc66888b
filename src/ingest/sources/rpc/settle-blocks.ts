import { checkLogs } from './check-logs.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import { fingerprint, type Log, type LogFilter, readLogs } from './log.js';
import type { Nodes } from './nodes.js';
import type { BlockReceipts } from './receipts.js';
import { createVotes } from './votes.js';

/** A block whose logs are in doubt. */
export interface Doubt {
  readonly header: Header;
  /** What the reads of it agreed on; absent where they did not agree. */
  readonly agreed?: readonly Log[];
  /** How many voices that is. */
  readonly weight?: number;
  /** True where receipts are worth their size although the reads agreed. */
  readonly isProvable?: boolean;
}

/**
 * The logs of blocks in doubt: from receipts that prove them, where answers differ or are worth it; else asked by block hash (which a node
 * that does not have the block refuses, instead of answering an empty list) from one node after the other, until an answer has the votes.
 * Throws ContradictionError when none gets them.
 */
export async function settleBlocks({ nodes, receipts, filter, doubts, signal }: Request): Promise<Map<number, Log[]>> {
  const given = signal ? { signal } : {};
  const provable = doubts.filter(({ agreed, isProvable = false }) => !agreed || isProvable).map(({ header }) => header);
  const settled = await receipts.prove(provable, filter, { start: 1, ...given });
  const votes = createVotes<readonly Log[]>({ fingerprint });
  for (const { header, agreed, weight = 0 } of doubts) if (agreed) votes.give(header.number, agreed, weight);

  let asked = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const open: Header[] = [];
    for (const { header } of doubts) {
      const winner = votes.winner(header.number);
      if (winner && !settled.has(header.number)) settled.set(header.number, [...winner]);
      if (!settled.has(header.number)) open.push(header);
    }
    if (open.length === 0) return settled;
    // All that are missing at once; the first other node first, it has not been heard yet.
    const missing = Math.max(...open.map(({ number }) => votes.missing(number)));
    const first = asked + 1;
    asked += missing;
    const voices = Array.from({ length: missing }, async (_, k) => {
      for (const { number, logs } of await askByHash(open, { nodes, filter, start: first + k, given })) {
        votes.give(number, logs, 1);
      }
    });
    await Promise.all(voices);
  }
  const [open] = doubts.filter(({ header }) => !settled.has(header.number));
  throw new ContradictionError(`answers about the logs of block ${open?.header.number} differ each time`);
}

interface Request {
  readonly nodes: Nodes;
  readonly receipts: BlockReceipts;
  readonly filter: LogFilter;
  readonly doubts: readonly Doubt[];
  readonly signal: AbortSignal | undefined;
}

/** What one node says of blocks; an answer that contradicts its block is left out: it has no vote. */
async function askByHash(blocks: readonly Header[], { nodes, filter, start, given }: Voice) {
  const found: Array<{ number: number; logs: readonly Log[] }> = [];
  for (let i = 0; i < blocks.length; i += batch) {
    const part = blocks.slice(i, i + batch);
    const answers = await nodes.ask(
      part.map(({ hash }) => ({ method: 'eth_getLogs', params: [{ ...filter, blockHash: hash }] })),
      (results) => part.map((header, k) => answerOf(results[k], { header, filter })),
      { start, ...given },
    );
    for (const [k, { number }] of part.entries()) {
      const logs = answers[k];
      if (logs) found.push({ number, logs });
    }
  }
  return found;
}

interface Voice {
  readonly nodes: Nodes;
  readonly filter: LogFilter;
  readonly start: number;
  readonly given: { readonly signal?: AbortSignal };
}

function answerOf(result: unknown, { header, filter }: { header: Header; filter: LogFilter }): Log[] | undefined {
  try {
    const one = (number: number) => (number === header.number ? header : undefined);
    return checkLogs(readLogs(result, filter), { header: one, filter }).get(header.number) ?? [];
  } catch (error) {
    if (error instanceof ContradictionError) return undefined;
    throw error;
  }
}

const mostRounds = 6;
const batch = 50;
