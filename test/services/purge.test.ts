import { expect, it } from 'vitest';
import { collectionOf } from '../../src/ingest/transaction.js';
import { runPurges } from '../../src/services/purge.js';
import { createTokenDataService } from '../../src/services/token-data-service.js';
import { createTestDatabase } from '../support/database.js';

const publisher = { publishToken: async () => {}, publishCatalogue: async () => {}, refreshToken: async () => {} };

it('a purge that is called off keeps its job, and the next one ends it', async () => {
  const { database, close } = await createTestDatabase();
  try {
    const tokens = createTokenDataService({ database, publisher });
    const { _id: tokenId } = await tokens.createToken({
      name: 'Gone',
      symbol: 'GONE',
      contractAddress: `0x${'ab'.repeat(20)}`,
    });
    const checkpoint = { tokenId, source: 'rpc', blockNumber: 5, blockHash: null, logIndex: null };
    await collectionOf(database, 'checkpoints').insertOne({
      _id: `${tokenId}:rpc`,
      ...checkpoint,
      updatedAt: new Date(),
    });
    await tokens.deleteToken(tokenId);
    const left = async () => [
      await collectionOf(database, 'checkpoints').countDocuments({ tokenId }),
      await collectionOf(database, 'jobs').countDocuments({ kind: 'purge' }),
    ];
    await runPurges(database, AbortSignal.abort());
    expect(await left()).toEqual([1, 1]);
    await runPurges(database, new AbortController().signal);
    expect(await left()).toEqual([0, 0]);
  } finally {
    await close();
  }
});
