import type { TokenSnapshot } from '../../src/models/token-snapshot.js';
import type { TransactionActivityConnection } from '../../src/models/transaction-activity-connection.js';
import type { AnyRelation, Reader } from '../../src/relations/relation.js';

/** Loads a relation for a batch and puts the rows to their tokens, in the form in which the oracle answers. */
export async function answersBy({
  relation,
  tokens,
  args,
  read,
}: {
  relation: AnyRelation;
  tokens: readonly TokenSnapshot[];
  args: object;
  read: Reader;
}): Promise<unknown[]> {
  const rows = await relation.load(tokens, relation.normalize(args, read.settings), read);
  return tokens.map(({ id }) => {
    const own = rows.filter(({ tokenId }) => tokenId === id).map(({ tokenId: _tokenId, ...row }) => row);
    if (relation.name === 'transactionActivity') return shown(own[0] as unknown as TransactionActivityConnection);
    return Array.isArray(relation.type) ? own : (own[0] ?? null);
  });
}

/** What the oracle knows of a page of transfers. */
export function shown({ nodes }: Pick<TransactionActivityConnection, 'nodes'>) {
  return nodes.map(({ id: _id, gasUsed: _gasUsed, gasPrice: _gasPrice, ...node }) => node);
}
