import { SourceError } from '../../../errors.js';
import type { Position } from '../../batch.js';
import type { ReadRequest } from '../source.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import type { Headers } from './headers.js';

/** Where a checkpoint stands: in place, above what the nodes have at present, or on a fork that was left, with the block to go back to. */
export type Standing = 'in place' | 'behind' | { readonly rewindTo: Header };

/** Finds out; throws REORG_TOO_DEEP where even the final block was replaced. */
export async function findFork({ headers, after, finalized, head, trail, signal }: Request): Promise<Standing> {
  if (after.blockHash === null) return 'in place';
  const standing = await isReplaced(after, { headers, signal });
  if (standing === 'no') return 'in place';
  if (standing === 'unknown') {
    if (after.blockNumber <= head.number) throw new ContradictionError(`there is no block ${after.blockNumber}`);
    // A lagging node or a shorter chain: only another block below tells.
    const newest = await first(trail(head.number));
    if (!newest || (await isReplaced(newest, { headers, signal })) !== 'yes') return 'behind';
  }
  if (finalized && (await isReplaced(finalized, { headers, signal })) === 'yes') {
    throw new SourceError(
      'REORG_TOO_DEEP',
      `Block ${finalized.blockNumber} was final as ${finalized.blockHash}, but the chain has another one there now.`,
      { details: { block: finalized.blockNumber } },
    );
  }
  const floor = finalized?.blockNumber ?? 0;
  const highest = Math.min(after.blockNumber - 1, head.number);
  for await (const position of trail(highest)) {
    signal?.throwIfAborted();
    if (position.blockNumber <= floor) break;
    const [block] = await headers.fresh([position.blockNumber], signal ? { signal } : {});
    if (block && block.hash === position.blockHash) return { rewindTo: block };
  }
  const [block] = await headers.fresh([floor], signal ? { signal } : {});
  if (!block) throw new ContradictionError(`there is no block ${floor}`);
  return { rewindTo: block };
}

interface Request {
  readonly headers: Headers;
  readonly after: Position;
  readonly finalized: Position | null;
  readonly head: Header;
  readonly trail: ReadRequest['trail'];
  readonly signal: AbortSignal | undefined;
}

/** A block counts as replaced when each of four answers has the same other one; `unknown` where there is none. */
async function isReplaced(
  { blockNumber, blockHash }: Position,
  { headers, signal }: { headers: Headers; signal: AbortSignal | undefined },
): Promise<'yes' | 'no' | 'unknown'> {
  const options = signal ? { signal } : {};
  const [once] = await headers.fresh([blockNumber], options);
  if (once?.hash === blockHash) return 'no';
  const answers = [once, ...(await headers.fresh([blockNumber], { times: 3, start: 1, ...options }))];
  if (answers.some((header) => header?.hash === blockHash)) return 'no';
  if (answers.every((header) => header === null)) return 'unknown';
  const hashes = new Set(answers.map((header) => header?.hash));
  if (hashes.size > 1) throw new ContradictionError(`answers about block ${blockNumber} differ`);
  return 'yes';
}

async function first<T>(list: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of list) return one;
  return undefined;
}
