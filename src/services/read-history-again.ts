import type { Database } from '../database.js';
import { BadUserInputError, TokenNotFoundError } from '../errors.js';
import { checkpointId } from '../ingest/checkpoints.js';
import { inTransaction } from '../ingest/transaction.js';

/**
 * Lets the sources of a token begin anew, at a block or at the creation of the contract. Whoever feeds it finds the checkpoint gone, takes
 * nothing in under the old one, and starts over; rows that are stored already are known again. Throws BadUserInputError for a block
 * before the opening balances, whose sums hold what is earlier.
 */
export async function readHistoryAgain(
  database: Pick<Database, 'connection'>,
  { tokenId, fromBlock }: { tokenId: string; fromBlock: number | undefined },
): Promise<void> {
  await inTransaction(database, async ({ session, collection }) => {
    const token = await collection('tokens').findOne({ _id: tokenId }, { session });
    if (!token) throw new TokenNotFoundError({ token: tokenId });
    if (token.openingBlock !== null && fromBlock !== undefined && fromBlock < token.openingBlock) {
      throw new BadUserInputError(
        `--from: ${token.symbol} has opening balances, the state before block ${token.openingBlock}; earlier transfers are in their sums. Got ${fromBlock}.`,
      );
    }
    const change =
      fromBlock === undefined
        ? {
            $unset: {
              fromBlock: '' as const,
              ...(token.openingBlock === null ? { openingsApproximate: '' as const } : {}),
            },
          }
        : { $set: { fromBlock } };
    await collection('tokens').updateOne({ _id: tokenId }, change, { session });
    const _id = { $in: [checkpointId(tokenId, 'rpc'), checkpointId(tokenId, 'moralis')] };
    await collection('checkpoints').deleteMany({ _id }, { session });
  });
}
