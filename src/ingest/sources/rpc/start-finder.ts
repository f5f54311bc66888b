import { SourceError, UpstreamUnavailableError } from '../../../errors.js';
import { ContradictionError } from './contradiction.js';
import { RpcError } from './json-rpc.js';
import type { LogRanges } from './log-ranges.js';
import type { TokenCalls } from './token-calls.js';

/**
 * First block of interest of a token: the one with its first code. A node that has pruned old states may say that there was no code, instead
 * of refusing; then events of the contract lie before, and it is read from block 0.
 */
export function createStartFinder({ creation, ranges, warn }: Deps): TokenCalls['creation'] {
  return async (address, head, signal) => {
    const found = await creation(address, head, signal);
    if (found === 0) return 0;
    // Not more blocks than one question may have: it is a look, not a search.
    const range = { from: Math.max(0, found - ranges.size), to: found - 1 };
    try {
      const before = await ranges.read({ address, topics: [] }, range, signal ? { signal } : {});
      if (before.length === 0) return found;
    } catch (error) {
      signal?.throwIfAborted();
      const isNoAnswer = [RpcError, SourceError, ContradictionError, UpstreamUnavailableError].some(
        (kind) => error instanceof kind,
      );
      if (isNoAnswer) return found;
      throw error;
    }
    warn(`${address}: nodes know no code before block ${found}, but events; it is read from block 0 on`);
    return 0;
  };
}

interface Deps {
  readonly creation: TokenCalls['creation'];
  readonly ranges: LogRanges;
  readonly warn: (message: string) => void;
}
