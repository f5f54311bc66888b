import { setMaxListeners } from 'node:events';
import { SourceError } from '../../../errors.js';
import type { Position, TransferInput } from '../../batch.js';
import type { Part, ReadRequest } from '../source.js';
import { wait } from '../wait.js';
import { mayHold } from './bloom.js';
import { type CheckedRange, type Deps as LogDeps, readCheckedLogs } from './checked-logs.js';
import { ContradictionError } from './contradiction.js';
import { findFork } from './find-fork.js';
import type { GasReader } from './gas.js';
import type { Header } from './header.js';
import type { Heads, View } from './heads.js';
import { inOrder } from './in-order.js';
import { createJoin } from './join-ranges.js';
import { itemsOf } from './log.js';
import type { Supplies } from './supplies.js';
import { isOddTransfer, toTransfers, transferFilter } from './transfers.js';

/** What parts are read with. */
export interface PartDeps extends LogDeps {
  readonly heads: Heads;
  readonly concurrency: number;
  /** Blocks of the largest range. */
  readonly rangeBlocks: number;
  readonly gas: GasReader | undefined;
  readonly creation: (address: string, head: number, signal: AbortSignal) => Promise<number>;
  readonly supplies: Supplies;
  readonly warn: (message: string) => void;
}

/** The parts behind a position up to the newest block, through reorgs that happen meanwhile. A signal ends them without an error. */
export async function* readParts(deps: PartDeps, request: ReadRequest): AsyncGenerator<Part> {
  const stop = new AbortController();
  const { signal } = stop;
  // Every question of the ranges side by side listens to it.
  setMaxListeners(0, signal);
  // Not AbortSignal.any: on Node 20 a signal that lives as long as the process keeps a trace of each one derived from it.
  const giveUp = (): void => stop.abort(request.signal.reason);
  request.signal.addEventListener('abort', giveUp, { once: true });
  if (request.signal.aborted) giveUp();
  const walk: Walk = { after: request.after, finalized: request.finalized };
  try {
    for (let failures = 0; ; failures += 1) {
      try {
        for await (const part of pass(deps, { request: { ...request, signal }, walk })) {
          failures = 0;
          yield part;
          // What is read already is not handed over any more.
          if (request.signal.aborted) return;
        }
        return;
      } catch (error) {
        if (!(error instanceof ContradictionError)) throw error;
        deps.heads.doubt();
        if (failures >= mostFailures) throw new SourceError('SOURCE_CONTRADICTS', error.message, { cause: error });
        await wait(pauseMs * 2 ** failures, signal);
      }
    }
  } catch (error) {
    if (!request.signal.aborted) throw error;
  } finally {
    request.signal.removeEventListener('abort', giveUp);
    stop.abort();
  }
}

/** How far the parts given so far have come. */
interface Walk {
  after: Position | null;
  finalized: Position | null;
}

async function* pass(deps: PartDeps, { request, walk }: { request: ReadRequest; walk: Walk }): AsyncGenerator<Part> {
  const { address, signal } = request;
  const view = await deps.heads.news(walk.after, signal);
  const { head } = view;
  let base: Position | null = walk.after;
  let rewindTo: number | undefined;
  // The next block names the checkpoint as its parent: nothing else has to be asked.
  const [next] = (walk.after && deps.headers.confirmed(walk.after.blockNumber + 1, head.number)) ?? [];
  if (walk.after && next?.parentHash !== walk.after.blockHash) {
    const { after, finalized } = walk;
    const { trail } = request;
    const standing = await findFork({ headers: deps.headers, after, finalized, head, trail, signal });
    if (standing === 'behind') return;
    if (standing !== 'in place') {
      deps.headers.forget(standing.rewindTo.number + 1, after.blockNumber);
      rewindTo = standing.rewindTo.number;
      base = { blockNumber: rewindTo, blockHash: standing.rewindTo.hash };
      if (rewindTo === head.number) {
        const supply = await deps.supplies.at({ address, head, isMoved: true, signal });
        yield step(walk, { view, end: head, transfers: [], rewindTo, supply });
        return;
      }
    }
  }
  if (!walk.after) yield* undoStrangers(deps, { request, view, finalized: walk.finalized });
  const from = base ? base.blockNumber + 1 : (request.fromBlock ?? (await deps.creation(address, head.number, signal)));
  if (from > head.number) return;

  const moved = { address, head, isMoved: true, signal };
  // Of new blocks that seem to have transfers the supply is asked for beside their logs.
  const early = seemsMoved(deps, { address, from, to: head.number }) ? deps.supplies.at(moved) : undefined;
  early?.catch(() => undefined);
  const read = async (range: { from: number; to: number }): Promise<CheckedRange> =>
    await readCheckedLogs(deps, { filter: transferFilter(address), ...range, isOdd: isOddTransfer, signal });
  const { ranges, concurrency: count } = deps;
  const joined = createJoin({ rangeBlocks: deps.rangeBlocks });
  for await (const range of inOrder({ from, to: head.number, size: () => ranges.sizeFor(address), count, read })) {
    follows(range, { base, view });
    base = { blockNumber: range.to.number, blockHash: range.to.hash };
    for (const { blocks, end } of joined.add(range, { isLast: range.to.number === head.number })) {
      const transfers = await toRows(deps, { blocks, address, signal });
      // Behind the head the sum of the rows is told; where no row came, what was told before is still right.
      const isMoved = transfers.length > 0 || rewindTo !== undefined;
      const isHead = end.number === head.number;
      if (isMoved && !isHead) deps.supplies.forget(address);
      const atHead = isHead ? (early ?? deps.supplies.at({ ...moved, isMoved })) : undefined;
      const supply = await (atHead ?? (isMoved ? null : undefined));
      const part = step(walk, { view, end, transfers, rewindTo, supply });
      rewindTo = undefined;
      yield part;
    }
  }
}

/**
 * Rows may be there without a checkpoint: history is to be read again, or another source has been here. Those that the chain has replaced
 * meanwhile go before anything is read, for the reading itself would pass them by.
 */
async function* undoStrangers(deps: PartDeps, { request, view, finalized }: Strangers): AsyncGenerator<Part> {
  const { head } = view;
  const { trail, signal } = request;
  for await (const after of trail(Number.MAX_SAFE_INTEGER)) {
    const standing = await findFork({ headers: deps.headers, after, finalized, head, trail, signal });
    if (typeof standing === 'string') return;
    const { number, time, hash } = standing.rewindTo;
    const asOf = { blockNumber: number, time, hash, finalizedBlock: finalized?.blockNumber ?? null };
    yield { rewindTo: number, asOf, headBlock: head.number };
    return;
  }
}

interface Strangers {
  readonly request: ReadRequest;
  readonly view: View;
  readonly finalized: Position | null;
}

/** True of blocks just seen, where one of their blooms has the token. */
function seemsMoved({ headers }: PartDeps, { address, from, to }: { address: string; from: number; to: number }) {
  const items = itemsOf(transferFilter(address));
  return headers.confirmed(from, to)?.some(({ bloom }) => mayHold(bloom, items)) ?? false;
}

/** The range must continue the chain so far, and have the final block in its place. */
function follows(range: CheckedRange, { base, view }: { base: Position | null; view: View }): void {
  if (base && base.blockHash !== null && range.from.parentHash !== base.blockHash) {
    throw new ContradictionError(`block ${range.from.number} does not follow block ${base.blockNumber} any more`);
  }
  for (const known of [view.head, view.finalized]) {
    const same = known && range.header(known.number);
    if (known && same && same.hash !== known.hash)
      throw new ContradictionError(`block ${known.number} was replaced meanwhile`);
  }
}

async function toRows(deps: PartDeps, { blocks, address, signal }: Rows) {
  const rows: TransferInput[] = [];
  const gas = await deps.gas?.(blocks, signal);
  for (const { header, logs } of blocks) {
    const odd = logs.find(isOddTransfer);
    if (odd)
      deps.warn(`${address}: log ${odd.logIndex} of block ${header.number} is no ERC-20 Transfer and is skipped`);
    for (const row of toTransfers({ header, logs, gas })) rows.push(row);
  }
  return rows;
}

interface Rows {
  readonly blocks: CheckedRange['blocks'];
  readonly address: string;
  readonly signal: AbortSignal;
}

/** The next part; the walk stands behind it then. */
function step(walk: Walk, { view, end, transfers, rewindTo, supply }: Step): Part {
  const finalized = finalFor(end, { before: walk.finalized, newest: view.finalized });
  const position = { blockNumber: end.number, blockHash: end.hash };
  const part: Part = {
    ...(rewindTo === undefined ? {} : { rewindTo }),
    after: walk.after,
    transfers,
    asOf: { blockNumber: end.number, time: end.time, hash: end.hash, finalizedBlock: finalized?.blockNumber ?? null },
    ...(supply === undefined ? {} : { chainSupply: supply }),
    checkpoint: { name: 'rpc', ...position, logIndex: null, finalized },
    headBlock: view.head.number,
  };
  walk.after = position;
  walk.finalized = finalized;
  return part;
}

interface Step {
  readonly view: View;
  readonly end: Header;
  readonly transfers: NonNullable<Part['transfers']>;
  readonly rewindTo: number | undefined;
  readonly supply: bigint | null | undefined;
}

/** A final block stays final, whatever a lagging node says; one above the part is told as the part's own end. */
function finalFor(
  end: Header,
  { before, newest }: { before: Position | null; newest: Header | null },
): Position | null {
  if (!newest) return before;
  const now = newest.number <= end.number ? newest : end;
  if (before && before.blockNumber >= now.number) return before;
  return { blockNumber: now.number, blockHash: now.hash };
}

const mostFailures = 8;
const pauseMs = 10;
