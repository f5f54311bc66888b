import { TokenNotFoundError } from '../../../errors.js';
import type { Openings, Position, PriceInput, TransferInput } from '../../batch.js';
import { inChunks } from '../../chunks.js';
import type { Part, ReadRequest, Source, TokenFacts } from '../source.js';
import { type RowsOfBlocks, wholeBlocks } from './whole-blocks.js';

/**
 * The rows of one token of files as a source. Its checkpoints are blocks, and hold for the same content of the files only. Opening
 * balances come with the first part of every read, prices with the last ones: both are small, and taking them in again changes nothing.
 */
export function createFileSource(deps: FileSourceDeps): Source {
  const check = (address: string): void => {
    if (address !== deps.address) throw new TokenNotFoundError({ token: address });
  };
  return {
    name: 'file',
    describe: async (address) => {
      check(address);
      return deps.facts;
    },
    head: async () => {
      let newest: Pick<TransferInput, 'blockNumber' | 'timestamp'> = { blockNumber: -1, timestamp: 0 };
      for (const row of deps.rows()) newest = row;
      return { blockNumber: newest.blockNumber, time: newest.timestamp, finalizedBlock: null };
    },
    read: async function* (request) {
      check(request.address);
      for (const part of readParts(deps, request)) {
        if (request.signal.aborted) return;
        yield part;
      }
    },
    close: async () => undefined,
  };
}

/** What a file says of one token. */
export interface FileSourceDeps {
  readonly address: string;
  readonly facts: TokenFacts;
  /** Name of its checkpoints: other content, another name. */
  readonly checkpoint: string;
  /** Checked rows of the token in order, from the first one at each call. */
  rows(): Iterable<TransferInput>;
  readonly openings?: Openings | undefined;
  readonly prices?: readonly PriceInput[];
  /** Hears how many rows lie before the position of a read, as they are passed over. */
  readonly onSkipped?: (rows: number) => void;
  /** Most rows of a part: enough to write a busy holder once for many transfers, few enough for little memory. */
  readonly rowsOfPart?: number;
}

function* readParts(deps: FileSourceDeps, { after, isOpened }: ReadRequest): Generator<Part> {
  const { checkpoint: name, prices = [], rowsOfPart = 10_000 } = deps;
  let openings = isOpened ? undefined : deps.openings;
  let position = after;
  let last: TransferInput | undefined;
  const partOf = (content: Pick<Part, 'transfers' | 'prices'>, to: Position | null): Part => {
    const part: Part = {
      ...content,
      ...(openings && { openings }),
      ...(to && { after: position, checkpoint: { name, ...to, logIndex: null } }),
      ...(to &&
        last && { asOf: { blockNumber: to.blockNumber, time: last.timestamp, hash: null, finalizedBlock: null } }),
      headBlock: null,
    };
    openings = undefined;
    position = to;
    return part;
  };

  for (const { rows, doneBlock } of blocksBehind(deps, after, rowsOfPart)) {
    last = rows.at(-1);
    yield partOf({ transfers: rows }, { blockNumber: doneBlock, blockHash: null });
  }
  if (openings) yield partOf({}, position);
  for (const chunk of inChunks(prices, rowsOfPart)) yield partOf({ prices: chunk }, position);
}

function* blocksBehind(deps: FileSourceDeps, after: Position | null, rowsOfPart: number): Generator<RowsOfBlocks> {
  const rows = after === null ? deps.rows() : rowsBehind(deps, after.blockNumber, rowsOfPart);
  yield* wholeBlocks(rows, rowsOfPart);
}

function* rowsBehind({ rows, onSkipped }: FileSourceDeps, block: number, atOnce: number): Generator<TransferInput> {
  let skipped = 0;
  const tell = (): void => {
    if (skipped > 0) onSkipped?.(skipped);
    skipped = 0;
  };
  for (const row of rows()) {
    if (row.blockNumber <= block) {
      skipped += 1;
      if (skipped >= atOnce) tell();
      continue;
    }
    tell();
    yield row;
  }
  tell();
}
