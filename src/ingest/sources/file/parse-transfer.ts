import type { TransferInput } from '../../batch.js';
import {
  FieldProblem,
  isBlank,
  parseAddress,
  parseFlag,
  parseGas,
  parseHash,
  parseMethodId,
  parseOptionalHash,
  parseOptionalWhole,
  parseTime,
  parseUint256,
  parseWhole,
} from './fields.js';

/** Fields of a row in the order of `transferColumns`. */
export type RawTransfer = ReadonlyArray<string | undefined>;

/** A checked transfer of a file. */
export type FileTransfer = Omit<TransferInput, 'where'>;

/** Times of blocks by number, for files that have none. */
export type BlockTimes = ReadonlyMap<number, number>;

/** The token of a row, null where it says none. Throws FieldProblem. Asked first: what else is wrong with a row of another token matters to nobody. */
export function parseTokenAddress([token]: RawTransfer): string | null {
  return isBlank(token) ? null : parseAddress('token_address', token);
}

/** Checks the rest of a row and brings it into one form. Throws FieldProblem. */
export function parseTransfer(values: RawTransfer, blockTimes: BlockTimes): FileTransfer {
  const [, block, time, blockHash, hash, index, log, from, to, value, gasUsed, gasPrice, isError, method] = values;
  const blockNumber = parseWhole('block_number', block, 999_999_999_999);
  return {
    blockNumber,
    timestamp: timeOf(time, blockNumber, blockTimes),
    blockHash: parseOptionalHash('block_hash', blockHash),
    transactionHash: parseHash('transaction_hash', hash),
    transactionIndex: parseOptionalWhole('transaction_index', index, 9_999_999),
    logIndex: parseWhole('log_index', log, 9_999_999),
    fromAddress: parseAddress('from_address', from),
    toAddress: parseAddress('to_address', to),
    value: parseUint256('value_raw', value),
    gasUsed: parseGas('gas_used', gasUsed),
    gasPrice: parseGas('gas_price', gasPrice),
    isSuccess: !parseFlag('is_error', isError),
    methodId: parseMethodId('method_id', method),
  };
}

function timeOf(text: string | undefined, blockNumber: number, blockTimes: BlockTimes): number {
  const given = blockTimes.get(blockNumber);
  if (isBlank(text)) {
    if (given !== undefined) return given;
    const expected =
      blockTimes.size === 0
        ? 'a time, or --block-times FILE'
        : `a time, or block ${blockNumber} in the file of --block-times`;
    throw new FieldProblem('block_timestamp', expected, text);
  }
  const time = parseTime('block_timestamp', text);
  if (given === undefined || given === time) return time;
  throw new FieldProblem('block_timestamp', `${new Date(given).toISOString()} as --block-times says`, text);
}
