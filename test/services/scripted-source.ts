import { setTimeout as pause } from 'node:timers/promises';
import type { TransferInput } from '../../src/ingest/batch.js';
import type { Part, ReadRequest } from '../../src/ingest/sources/source.js';
import type { FollowedSource } from '../../src/services/sync-token.js';
import { hash, transfer } from '../ingest/support.js';

/** A chain that a test writes block by block, and what was asked of it. */
export interface ScriptedSource extends FollowedSource {
  /** Adds blocks, each with a transfer of one unit unless it is to be empty. */
  grow(blocks: number, options?: { empty?: boolean }): void;
  /** Thrown by every question while it is set. */
  fault: Error | undefined;
  /** Called before each part is given out; a test may hold it up. */
  beforePart: ((part: Part) => Promise<void>) | undefined;
  readonly asked: ReadRequest[];
  readonly transfers: readonly TransferInput[];
}

/** Begins an empty chain; a part has `partBlocks` blocks. */
export function createScriptedSource({ partBlocks = 10 }: { partBlocks?: number } = {}): ScriptedSource {
  const transfers: TransferInput[] = [];
  const asked: ReadRequest[] = [];
  let head = 0;
  const timeOf = (blockNumber: number): number => Date.UTC(2025, 0, 6) + blockNumber * 1_000;
  const positionOf = (blockNumber: number) => ({ blockNumber, blockHash: hash(blockNumber) });
  const headOf = () => ({ blockNumber: head, time: timeOf(head), finalizedBlock: Math.max(0, head - 5) });

  const source: ScriptedSource = {
    name: 'rpc',
    fault: undefined,
    beforePart: undefined,
    asked,
    transfers,
    grow: (blocks, { empty = false } = {}) => {
      for (let i = 0; i < blocks; i += 1) {
        head += 1;
        const block = { blockNumber: head, blockHash: hash(head), timestamp: timeOf(head) };
        if (!empty) transfers.push(transfer(block));
      }
    },
    describe: async () => ({ name: 'Scripted', symbol: 'SCR', decimals: 6, totalSupply: 1_000n }),
    head: async () => {
      if (source.fault) throw source.fault;
      return headOf();
    },
    next: async (after, signal) => {
      while (!signal.aborted && head <= after.blockNumber) await pause(5);
      return headOf();
    },
    read: async function* (request) {
      asked.push(request);
      if (source.fault) throw source.fault;
      const end = head;
      let after = request.after;
      for (let from = (after?.blockNumber ?? (request.fromBlock ?? 1) - 1) + 1; from <= end; from += partBlocks) {
        if (request.signal.aborted) return;
        const to = Math.min(end, from + partBlocks - 1);
        const finalizedBlock = Math.max(0, end - 5);
        const part: Part = {
          after,
          transfers: transfers.filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to),
          asOf: { blockNumber: to, time: timeOf(to), hash: hash(to), finalizedBlock },
          checkpoint: { name: 'rpc', ...positionOf(to), logIndex: null, finalized: positionOf(finalizedBlock) },
          headBlock: end,
        };
        await source.beforePart?.(part);
        if (source.fault) throw source.fault;
        yield part;
        after = positionOf(to);
      }
    },
    close: async () => undefined,
  };
  return source;
}

/** A gate that a test opens, and the news that somebody stands before it. */
export function createGate() {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    open: () => open(),
    reached,
    pass: (): Promise<void> => {
      reach();
      return opened;
    },
  };
}
