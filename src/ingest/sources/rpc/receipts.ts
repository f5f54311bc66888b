import { TransientError } from '../upstream.js';
import { isBloomOf } from './bloom.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import { isObject, RpcError } from './json-rpc.js';
import { type Log, type LogFilter, matches, readAnyLog } from './log.js';
import type { NodeOptions, Nodes } from './nodes.js';
import { readHash, toQuantity } from './quantities.js';

/** Receipts of whole blocks, which nodes make without the index of logs: what that index lost is still in them. */
export interface BlockReceipts {
  /**
   * The logs of blocks by block number, proven by the receipts: their logs are numbered without a gap and make the bloom of the header.
   * Blocks for which no node gives such receipts are left out.
   */
  prove(headers: readonly Header[], filter: LogFilter, options?: NodeOptions): Promise<Map<number, Log[]>>;
}

/** Asks for receipts until all nodes say that they do not know the method. */
export function createBlockReceipts({ nodes }: { nodes: Nodes }): BlockReceipts {
  let isOffered = true;
  return {
    prove: async (headers, filter, options) => {
      const proven = new Map<number, Log[]>();
      for (let i = 0; i < headers.length && isOffered; i += batch) {
        const some = headers.slice(i, i + batch);
        try {
          const found = await nodes.ask(
            some.map(receiptsCall),
            (answers) => some.map((header, k) => provenLogs(readReceipts(answers[k], header), { header, filter })),
            options,
          );
          for (const [k, { number }] of some.entries()) proven.set(number, found[k] ?? []);
        } catch (error) {
          if (error instanceof RpcError) isOffered = error.rpcCode !== methodNotFound;
          else if (!(error instanceof ContradictionError)) throw error;
        }
      }
      return proven;
    },
  };
}

/** A receipt with what every receipt has. */
export type Receipt = Readonly<Record<string, unknown>> & { readonly transactionHash: string };

/** Asks for all receipts of a block. */
export function receiptsCall({ number }: Header): { method: string; params: readonly unknown[] } {
  return { method: 'eth_getBlockReceipts', params: [toQuantity(number)] };
}

/** Reads an answer of eth_getBlockReceipts. Throws ContradictionError for receipts of another block than the header's. */
export function readReceipts(answer: unknown, header: Header): Receipt[] {
  if (answer === null) throw new ContradictionError(`block ${header.number} has no receipts`);
  if (!Array.isArray(answer)) throw new TransientError('eth_getBlockReceipts: expected a list');
  return answer.map((receipt: unknown) => readReceipt(receipt, header));
}

/** Reads one receipt. */
export function readReceipt(receipt: unknown, header: Header): Receipt {
  if (receipt === null) throw new ContradictionError(`a transaction of block ${header.number} has no receipt`);
  if (!isObject(receipt)) throw new TransientError('a receipt: expected an object');
  if (readHash(receipt.blockHash, 'blockHash of a receipt') !== header.hash) {
    throw new ContradictionError(`a receipt of another block than ${header.number} as ${header.hash}`);
  }
  return { ...receipt, transactionHash: readHash(receipt.transactionHash, 'transactionHash of a receipt') };
}

function provenLogs(receipts: readonly Receipt[], { header, filter }: { header: Header; filter: LogFilter }): Log[] {
  const all = receipts.flatMap(({ logs }) => {
    if (!Array.isArray(logs)) throw new TransientError('a receipt: expected logs');
    return logs.map(readAnyLog);
  });
  const items = new Set<string>();
  for (const [i, { address, log }] of all.entries()) {
    if (log.logIndex !== i || log.blockHash !== header.hash) {
      throw new ContradictionError(`the receipts of block ${header.number} do not number their logs one by one`);
    }
    items.add(address);
    for (const topic of log.topics) items.add(topic);
  }
  if (!isBloomOf(header.bloom, items)) {
    throw new ContradictionError(`the receipts of block ${header.number} do not make its bloom`);
  }
  return all.filter(({ address, log }) => address === filter.address && matches(log, filter)).map(({ log }) => log);
}

const methodNotFound = -32601;
/** Receipts are many times the size of a header. */
const batch = 10;
