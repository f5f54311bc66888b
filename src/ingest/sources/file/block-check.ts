import { BadRowError } from '../../../errors.js';
import { Spool } from './spool.js';
import { keyOfLine, type SpoolKey } from './spool-row.js';

/** What is compared of a transfer, and where it stands. */
export interface BlockFact extends SpoolKey {
  readonly timestamp: number;
  readonly file: number;
  readonly line: number;
}

/**
 * What holds over all contracts: a block has one time, and a log index of it belongs to one token. The rows of an import lie by token, so
 * these facts are sorted apart by block, as the rows are: on disk, whatever their number. Two rows of one token are none of its business.
 */
export class BlockCheck {
  readonly #facts: Spool;
  readonly #refused: Spool;
  #refusals = 0;

  constructor(folder: string) {
    this.#facts = new Spool(folder, 'block');
    this.#refused = new Spool(folder, 'refused');
  }

  add({ token, block, log, sequence, timestamp, file, line }: BlockFact): void {
    const text = [0, block, log, sequence, token, timestamp, file, line].join('\t');
    this.#facts.add({ token: 0, block, log, sequence }, text);
  }

  /** Hands out each row that contradicts an earlier one of its block. Call once, after the last `add`. */
  run({ placeOf, addressOf, onRefused }: BlockCheckNeeds): void {
    let first: BlockFact | undefined;
    let last: BlockFact | undefined;
    for (const text of this.#facts.sorted()) {
      const fact = decodeFact(text);
      if (fact.block !== first?.block) first = fact;
      const time = timeProblem(fact, first);
      const peer = last?.block === fact.block && last.log === fact.log && last.token !== fact.token ? last : undefined;
      const problem = time ? { ...time, peer: first } : peer && { ...logProblem(fact, addressOf(peer.token)), peer };
      if (!problem) {
        last = fact;
        continue;
      }
      const { token, block, log, sequence } = fact;
      this.#refused.add({ token, block, log, sequence }, [token, block, log, sequence, ''].join('\t'));
      this.#refusals += 1;
      const where = `${placeOf(fact)}, column ${problem.column}`;
      onRefused(fact, new BadRowError({ where, reason: `${problem.reason} in ${placeOf(problem.peer)}` }));
    }
  }

  /** Sorted lines of the spool of rows without those that were refused. */
  *passed(lines: Iterable<string>): Generator<string> {
    if (this.#refusals === 0) return yield* lines;
    const refused = this.#refused.sorted();
    try {
      let next = refused.next();
      for (const line of lines) {
        if (next.done || keyOfLine(line).sequence !== keyOfLine(next.value).sequence) yield line;
        else next = refused.next();
      }
    } finally {
      refused.return(undefined);
    }
  }
}

/** What the check needs to name places and tokens, and who hears of a refused row; may throw to stop. */
export interface BlockCheckNeeds {
  placeOf(fact: BlockFact): string;
  addressOf(token: number): string | undefined;
  onRefused(fact: BlockFact, error: BadRowError): void;
}

function timeProblem({ timestamp, block }: BlockFact, first: BlockFact) {
  if (timestamp === first.timestamp) return undefined;
  const [mine, theirs] = [first.timestamp, timestamp].map((time) => new Date(time).toISOString());
  return { column: 'block_timestamp', reason: `${theirs} contradicts ${mine} of the same block ${block}` };
}

function logProblem({ block, log }: BlockFact, address: string | undefined) {
  return { column: 'log_index', reason: `${log} of block ${block} belongs to token ${address}` };
}

function decodeFact(text: string): BlockFact {
  const [, block = 0, log = 0, sequence = 0, token = 0, timestamp = 0, file = 0, line = 0] = text
    .split('\t')
    .map(Number);
  return { token, block, log, sequence, timestamp, file, line };
}
