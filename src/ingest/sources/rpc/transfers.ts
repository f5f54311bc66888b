import type { TransferInput } from '../../batch.js';
import type { Header } from './header.js';
import type { Log, LogFilter } from './log.js';

/** Transfer events of a token. */
export function transferFilter(address: string): LogFilter {
  return { address, topics: [transferTopic] };
}

/** ERC-721 has four topics and is another event of the same name; all else but three topics and 32 bytes is no transfer of ERC-20. */
export function isOddTransfer(log: Log): boolean {
  return log.topics.length !== 4 && !isTransfer(log);
}

/** The transfers of a block, without what is no ERC-20 Transfer. */
export function toTransfers({ header, logs, gas }: Block): TransferInput[] {
  return logs.filter(isTransfer).map((log) => {
    const { gasUsed = '0', gasPrice = '0', methodId = null } = gas?.get(log.transactionHash) ?? {};
    return {
      blockNumber: header.number,
      blockHash: header.hash,
      logIndex: log.logIndex,
      timestamp: header.time,
      transactionHash: log.transactionHash,
      transactionIndex: log.transactionIndex,
      fromAddress: `0x${log.topics[1]?.slice(26)}`,
      toAddress: `0x${log.topics[2]?.slice(26)}`,
      value: BigInt(log.data),
      gasUsed,
      gasPrice,
      isSuccess: true,
      methodId,
      where: `block ${header.number}, log ${log.logIndex}`,
    };
  });
}

/** What a transaction cost and which method it called. */
export interface Gas {
  readonly gasUsed: string;
  readonly gasPrice: string;
  readonly methodId: string | null;
}

interface Block {
  readonly header: Header;
  readonly logs: readonly Log[];
  /** By transaction hash, where it is asked for. */
  readonly gas?: ReadonlyMap<string, Gas> | undefined;
}

function isTransfer({ topics, data }: Log): boolean {
  return topics.length === 3 && data.length === 66;
}

const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
