import type { Database } from '../database.js';
import type { AuditChain } from './chain-audit/audit-chain.js';
import { auditAgainstChain } from './chain-audit/chain-audit.js';
import { errorText } from './feeding/error-text.js';

/** The standing audit: a sample of every active token of the chain, one after another; what differs is told, and stands in status. */
export function createChainAudits({
  database,
  chainId,
  chain,
  warn,
}: {
  database: Database;
  chainId: number;
  chain: AuditChain;
  warn: (message: string) => void;
}): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const tokens = database.models.tokens
      .find({ chainId, isActive: true, source: 'rpc' }, { _id: 1 })
      .sort({ symbol: 1 });
    for (const { _id: tokenId } of await tokens.lean()) {
      if (signal.aborted) return;
      try {
        const audit = await auditAgainstChain({ database, chain, tokenId, signal });
        for (const { what, of, stored, expected } of audit?.differences ?? []) {
          warn(
            `Audit of ${audit?.symbol}: ${what}${of === '' ? '' : ` of ${of}`} is ${expected} on the chain, ${stored} is stored.`,
          );
        }
      } catch (error) {
        if (signal.aborted) return;
        // One token that cannot be compared does not keep the others from it.
        warn(`Audit of token ${tokenId}: ${errorText(error)}`);
      }
    }
  };
}
