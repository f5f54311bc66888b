import { SourceError } from '../../../errors.js';
import { TransientError } from '../upstream.js';
import { ContradictionError } from './contradiction.js';
import type { Header } from './header.js';
import { isObject, RpcError } from './json-rpc.js';
import type { Nodes } from './nodes.js';
import { readBig, readBytes, readHash, toQuantity } from './quantities.js';
import type { Gas } from './transfers.js';

/** What the transactions of a block cost, by their hash. */
export type GasReader = (header: Header, signal: AbortSignal) => Promise<ReadonlyMap<string, Gas>>;

/** Reads receipts and inputs of whole blocks: two calls for each block with transfers. */
export function createGasReader({ nodes }: { nodes: Nodes }): GasReader {
  return async ({ number, hash }, signal) => {
    const calls = [
      { method: 'eth_getBlockReceipts', params: [toQuantity(number)] },
      { method: 'eth_getBlockByHash', params: [hash, true] },
    ];
    try {
      return await nodes.ask(calls, ([receipts, block]) => toGas({ receipts, block, hash }), { signal });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new SourceError('SOURCE_REFUSED', `${error.message}; the node gives no receipts, set RPC_GAS=off.`, {
        cause: error,
      });
    }
  };
}

function toGas({ receipts, block, hash }: { receipts: unknown; block: unknown; hash: string }): Map<string, Gas> {
  if (!Array.isArray(receipts) || !isObject(block) || !Array.isArray(block.transactions)) {
    throw new ContradictionError(`block ${hash} has no receipts or transactions`);
  }
  const inputs = new Map<string, string>();
  for (const transaction of block.transactions) {
    if (!isObject(transaction)) throw new TransientError('a transaction: expected an object');
    inputs.set(readHash(transaction.hash, 'hash of a transaction'), readBytes(transaction.input, 'input'));
  }
  return new Map(
    receipts.map((receipt: unknown) => {
      if (!isObject(receipt)) throw new TransientError('a receipt: expected an object');
      if (readHash(receipt.blockHash, 'blockHash of a receipt') !== hash) {
        throw new ContradictionError(`a receipt of another block than ${hash}`);
      }
      const transaction = readHash(receipt.transactionHash, 'transactionHash of a receipt');
      const input = inputs.get(transaction) ?? '0x';
      const gas: Gas = {
        gasUsed: readBig(receipt.gasUsed, 'gasUsed').toString(),
        gasPrice: readBig(receipt.effectiveGasPrice ?? '0x0', 'effectiveGasPrice').toString(),
        methodId: input.length >= 10 ? input.slice(0, 10) : null,
      };
      return [transaction, gas];
    }),
  );
}
