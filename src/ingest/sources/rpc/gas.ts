import { SourceError } from '../../../errors.js';
import { TransientError } from '../upstream.js';
import type { CheckedRange } from './checked-logs.js';
import { ContradictionError } from './contradiction.js';
import { isObject, type RpcCall, RpcError } from './json-rpc.js';
import type { Nodes } from './nodes.js';
import { readBig, readBytes, readHash } from './quantities.js';
import { type Receipt, readReceipt, readReceipts, receiptsCall } from './receipts.js';
import type { Gas } from './transfers.js';

/** What the transactions that gave the logs of blocks cost, by their hash. */
export type GasReader = (blocks: CheckedRange['blocks'], signal: AbortSignal) => Promise<ReadonlyMap<string, Gas>>;

/**
 * Reads receipts and inputs for many blocks in one request: two calls for each block with logs, or two for each of its transactions where
 * nodes do not give the receipts of whole blocks.
 */
export function createGasReader({ nodes }: { nodes: Nodes }): GasReader {
  let isWhole = true;

  const byBlock = async (some: CheckedRange['blocks'], signal: AbortSignal): Promise<Cost[]> => {
    const calls = some.flatMap(({ header }): RpcCall[] => [
      receiptsCall(header),
      { method: 'eth_getBlockByHash', params: [header.hash, true] },
    ]);
    const parse = (answers: unknown[]): Cost[] =>
      some.flatMap(({ header }, i) => {
        const [receipts, block] = answers.slice(2 * i, 2 * i + 2);
        if (!isObject(block) || !Array.isArray(block.transactions)) {
          throw new ContradictionError(`block ${header.number} as ${header.hash} is there no more`);
        }
        const inputs = new Map(block.transactions.map(readInput));
        return readReceipts(receipts, header).map((receipt) => costOf(receipt, inputs.get(receipt.transactionHash)));
      });
    return await nodes.ask(calls, parse, { signal });
  };

  const byTransaction = async (some: CheckedRange['blocks'], signal: AbortSignal): Promise<Cost[]> => {
    const wanted = some.flatMap(({ header, logs }) =>
      [...new Set(logs.map(({ transactionHash }) => transactionHash))].map((hash) => ({ header, hash })),
    );
    const calls = wanted.flatMap(({ hash }): RpcCall[] => [
      { method: 'eth_getTransactionReceipt', params: [hash] },
      { method: 'eth_getTransactionByHash', params: [hash] },
    ]);
    const parse = (answers: unknown[]): Cost[] =>
      wanted.map(({ header, hash }, i) => {
        const [receipt, transaction] = answers.slice(2 * i, 2 * i + 2);
        const read = readReceipt(receipt, header);
        if (read.transactionHash !== hash) throw new TransientError(`asked for the receipt of ${hash}, got another`);
        if (transaction === null) throw new ContradictionError(`transaction ${hash} is there no more`);
        const [own, input] = readInput(transaction);
        return costOf(read, own === hash ? input : undefined);
      });
    return await nodes.ask(calls, parse, { signal });
  };

  const read = async (some: CheckedRange['blocks'], signal: AbortSignal): Promise<Cost[]> => {
    try {
      if (isWhole) return await byBlock(some, signal);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      isWhole = false;
    }
    try {
      return await byTransaction(some, signal);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new SourceError('SOURCE_REFUSED', `${error.message}; the node gives no receipts, set RPC_GAS=off.`, {
        cause: error,
      });
    }
  };

  return async (blocks, signal) => {
    const found = new Map<string, Gas>();
    for (let i = 0; i < blocks.length; i += batch) {
      const some = blocks.slice(i, i + batch);
      for (const [hash, gas] of await read(some, signal)) found.set(hash, gas);
      for (const { header, logs } of some) {
        const without = logs.find(({ transactionHash }) => !found.has(transactionHash));
        if (!without) continue;
        throw new ContradictionError(
          `block ${header.number} has no receipt of ${without.transactionHash}, which has a log`,
        );
      }
    }
    return found;
  };
}

type Cost = readonly [transaction: string, gas: Gas];

function readInput(transaction: unknown): [hash: string, input: string] {
  if (!isObject(transaction)) throw new TransientError('a transaction: expected an object');
  return [readHash(transaction.hash, 'hash of a transaction'), readBytes(transaction.input, 'input')];
}

function costOf(receipt: Receipt, input: string | undefined): Cost {
  if (input === undefined) throw new ContradictionError(`a receipt of ${receipt.transactionHash}, which is not there`);
  const gasUsed = readBig(receipt.gasUsed, 'gasUsed').toString();
  const gasPrice = readBig(receipt.effectiveGasPrice ?? '0x0', 'effectiveGasPrice').toString();
  return [receipt.transactionHash, { gasUsed, gasPrice, methodId: input.length >= 10 ? input.slice(0, 10) : null }];
}

/** Blocks of a request; a block with its receipts may have a megabyte. */
const batch = 20;
