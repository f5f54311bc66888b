import { mayHold } from './bloom.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import type { Log, LogFilter } from './log.js';

/**
 * The logs of each block, in order of the chain. Throws ContradictionError for a log of another block than its number says, twice the same
 * one, and one that the block's bloom excludes.
 */
export function checkLogs(logs: readonly Log[], { header, filter }: Given): Map<number, Log[]> {
  const byBlock = new Map<number, Log[]>();
  for (const log of logs) {
    const block = header(log.blockNumber);
    if (!block) throw new ContradictionError(`a log of block ${log.blockNumber}, which was not asked for`);
    if (block.hash !== log.blockHash) {
      throw new ContradictionError(
        `a log says that block ${block.number} is ${log.blockHash}, its header ${block.hash}`,
      );
    }
    if (!mayHold(block.bloom, [filter.address, ...log.topics])) {
      throw new ContradictionError(`a log of block ${block.number} that the bloom of the block excludes`);
    }
    const same = byBlock.get(log.blockNumber);
    if (same) same.push(log);
    else byBlock.set(log.blockNumber, [log]);
  }
  for (const [number, some] of byBlock) {
    some.sort((one, other) => one.logIndex - other.logIndex);
    for (const [i, log] of some.entries()) {
      const before = some[i - 1];
      if (before?.logIndex === log.logIndex) {
        throw new ContradictionError(`log ${log.logIndex} of block ${number} came twice`);
      }
      if (before && before.transactionIndex > log.transactionIndex) {
        throw new ContradictionError(`logs of block ${number} are not in the order of their transactions`);
      }
    }
  }
  return byBlock;
}

interface Given {
  /** Header of a block that was asked for. */
  readonly header: (number: number) => Header | undefined;
  readonly filter: LogFilter;
}
