import { SourceError, TokenNotFoundError } from '../../src/errors.js';
import type { Position } from '../../src/ingest/batch.js';
import type { Part, ReadRequest, Source } from '../../src/ingest/sources/source.js';
import type { Chain } from './rpc-double-chain.js';
import { supplyOnChain, type TrueTransfer, transfersOnChain } from './rpc-double-truth.js';

/**
 * A source that looks straight at a synthetic chain, without any node between: what the contract of sources means, in its most simple form.
 * What is wrong in the store with this source is wrong behind the sources.
 */
export function createStraightSource(chain: Chain, { blocksOfPart = 50, onPart }: StraightOptions = {}): Source {
  return {
    name: 'rpc',
    describe: async (address) => {
      const token = chain.options.tokens.find((one) => one.address === address && one.createdAt <= chain.head.number);
      if (!token) throw new TokenNotFoundError({ token: address });
      const totalSupply = supplyOnChain(transfersOnChain(chain, address));
      return { name: token.name, symbol: token.symbol, decimals: token.decimals ?? undefined, totalSupply };
    },
    head: async () => ({
      blockNumber: chain.head.number,
      time: chain.head.timestamp * 1_000,
      finalizedBlock: chain.finalizedBlock,
    }),
    read: (request) => read(chain, request, { blocksOfPart, ...(onPart ? { onPart } : {}) }),
    close: async () => {},
  };
}

/** How it reads. */
export interface StraightOptions {
  readonly blocksOfPart?: number;
  /** Called after a part was made and before it is given: the chain may change here. */
  readonly onPart?: (part: Part) => void;
}

async function* read(
  chain: Chain,
  request: ReadRequest,
  options: Required<Pick<StraightOptions, 'blocksOfPart'>> & StraightOptions,
) {
  const token = chain.options.tokens.find(({ address }) => address === request.address);
  if (!token) throw new TokenNotFoundError({ token: request.address });
  let after = request.after;
  const { finalized } = request;
  if (finalized && chain.block(finalized.blockNumber)?.hash !== finalized.blockHash) {
    throw new SourceError('REORG_TOO_DEEP', `The chain has another block ${finalized.blockNumber} than the final one.`);
  }
  while (!request.signal.aborted) {
    const head = chain.head.number;
    const rewindTo = after && !isOnChain(chain, after) ? await ancestor(chain, request, after.blockNumber) : undefined;
    const from = (rewindTo ?? after?.blockNumber ?? (request.fromBlock ?? token.createdAt) - 1) + 1;
    if (rewindTo === undefined && from > head) return;
    const to = chain.block(Math.max(Math.min(from + options.blocksOfPart - 1, head), from - 1)) ?? chain.head;
    const transfers = transfersOnChain(chain, token.address, to.number).filter(
      ({ blockNumber }) => blockNumber >= from,
    );
    const finalizedBlock = chain.finalizedBlock;
    const position: Position = { blockNumber: to.number, blockHash: to.hash };
    const part: Part = {
      ...(rewindTo === undefined ? {} : { rewindTo }),
      after,
      transfers: transfers.map(toInput),
      asOf: {
        blockNumber: to.number,
        time: to.timestamp * 1_000,
        hash: to.hash,
        finalizedBlock: Math.min(finalizedBlock, to.number),
      },
      chainSupply: to.number === head ? supplyOnChain(transfersOnChain(chain, token.address)) : null,
      checkpoint: {
        name: 'rpc',
        ...position,
        logIndex: null,
        finalized: {
          blockNumber: Math.min(finalizedBlock, to.number),
          blockHash: chain.block(Math.min(finalizedBlock, to.number))?.hash ?? null,
        },
      },
      headBlock: head,
    };
    options.onPart?.(part);
    yield part;
    after = position;
  }
}

function isOnChain(chain: Chain, { blockNumber, blockHash }: Position): boolean {
  return chain.block(blockNumber)?.hash === blockHash;
}

/** The last block with rows that is still there; what is above it goes, also where it was empty. */
async function ancestor(chain: Chain, request: ReadRequest, below: number): Promise<number> {
  for await (const position of request.trail(below))
    if (isOnChain(chain, position)) return Math.min(position.blockNumber, chain.head.number);
  return Math.max(request.finalized?.blockNumber ?? 0, 0);
}

function toInput(row: TrueTransfer) {
  const { time, ...rest } = row;
  return {
    ...rest,
    timestamp: time,
    transactionIndex: null,
    gasUsed: '0',
    gasPrice: '0',
    isSuccess: true,
    methodId: null,
    where: `block ${row.blockNumber}`,
  };
}
