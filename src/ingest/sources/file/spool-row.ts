import type { TransferInput } from '../../batch.js';

/** Position of a row in the spool: token, block, log index, and the order in which the rows came. */
export interface SpoolKey {
  readonly token: number;
  readonly block: number;
  readonly log: number;
  readonly sequence: number;
}

/** A row as it lies in the spool. */
export interface SpooledTransfer extends SpoolKey {
  readonly input: TransferInput;
}

/** Order of the spool. */
export function compareKeys(a: SpoolKey, b: SpoolKey): number {
  return a.token - b.token || a.block - b.block || a.log - b.log || a.sequence - b.sequence;
}

/** One line of the spool; all fields are plain ASCII without tabs by now. */
export function encodeSpoolRow(key: SpoolKey, input: Omit<TransferInput, 'where'>, file: number, line: number): string {
  return [
    key.token,
    key.block,
    key.log,
    key.sequence,
    input.timestamp,
    input.transactionHash ?? '',
    input.transactionIndex ?? '',
    input.blockHash ?? '',
    input.fromAddress,
    input.toAddress,
    input.value,
    input.gasUsed,
    input.gasPrice,
    input.isSuccess ? 1 : 0,
    input.methodId ?? '',
    file,
    line,
  ].join('\t');
}

/** The row of a line; `files` are the names of the inputs by number. */
export function decodeSpoolRow(text: string, files: readonly string[]): SpooledTransfer {
  const [
    token,
    block,
    log,
    sequence,
    time,
    hash,
    index,
    blockHash,
    from,
    to,
    value,
    gasUsed,
    gasPrice,
    ok,
    method,
    file,
    line,
  ] = text.split('\t') as SpoolFields;
  return {
    token: Number(token),
    block: Number(block),
    log: Number(log),
    sequence: Number(sequence),
    input: {
      blockNumber: Number(block),
      logIndex: Number(log),
      timestamp: Number(time),
      transactionHash: hash || null,
      transactionIndex: index === '' ? null : Number(index),
      blockHash: blockHash || null,
      fromAddress: from,
      toAddress: to,
      value: BigInt(value),
      gasUsed,
      gasPrice,
      isSuccess: ok === '1',
      methodId: method || null,
      where: `${files[Number(file)]}:${line}`,
    },
  };
}

/** Position of a line, without the rest of it. */
export function keyOfLine(text: string): SpoolKey {
  const first = text.indexOf('\t');
  const second = text.indexOf('\t', first + 1);
  const third = text.indexOf('\t', second + 1);
  const fourth = text.indexOf('\t', third + 1);
  return {
    token: Number(text.slice(0, first)),
    block: Number(text.slice(first + 1, second)),
    log: Number(text.slice(second + 1, third)),
    sequence: Number(text.slice(third + 1, fourth)),
  };
}

type SpoolFields = [
  ...[string, string, string, string, string, string, string, string, string],
  ...[string, string, string, string, string, string, string, string],
];
