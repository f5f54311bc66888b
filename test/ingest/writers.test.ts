import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Position } from '../../src/ingest/batch.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, hash, transfer, wallet } from './support.js';

let test: TestDatabase;
let second: CountedDatabase;
let lastAddress = 0xd000;
beforeAll(async () => {
  test = await createTestDatabase();
  second = await countCommands(test.database, { selectionMs: 30_000 });
});
afterAll(async () => {
  await second?.close();
  await test?.close();
});

const at = (blockNumber: number, fork = 0): Position => ({
  blockNumber,
  blockHash: hash(blockNumber + fork * 2 ** 32),
});

async function open() {
  const [one, two] = [createIngest(test.database), createIngest(second.database)];
  lastAddress += 1;
  const contractAddress = wallet(lastAddress);
  const made = { name: contractAddress, symbol: contractAddress, contractAddress };
  const { _id: tokenId } = await one.service.createToken(made);
  /** One block with one transfer, behind another block. */
  const batch = (after: Position | null, to: Position, more: Partial<Batch> = {}): Batch => ({
    tokenId,
    source: 'rpc',
    after,
    transfers: [transfer({ ...to, blockHash: to.blockHash })],
    checkpoint: { name: 'rpc', ...to, logIndex: null },
    ...more,
  });
  const blocks = async () =>
    (await test.database.models.transactionActivity.find({ tokenId }).sort({ blockNumber: 1 }).lean()).map(
      (row) => row.blockNumber,
    );
  const checkpoint = () => test.database.models.checkpoints.findById(`${tokenId}:rpc`).lean();
  return { one: one.pipeline, two: two.pipeline, tokenId, batch, blocks, checkpoint };
}

const lost = { code: 'LEASE_LOST' };

describe('a checkpoint', () => {
  it('moves only from where the batch expects it: number, hash, or that there is none', async () => {
    const { one, batch, blocks, checkpoint } = await open();
    await expect(one.commit(batch(at(1), at(2)))).rejects.toMatchObject(lost);
    await one.commit(batch(null, at(2)));
    await expect(one.commit(batch(null, at(3)))).rejects.toMatchObject(lost);
    await expect(one.commit(batch(at(1), at(3)))).rejects.toMatchObject(lost);
    await expect(one.commit(batch(at(2, 1), at(3)))).rejects.toMatchObject(lost);
    await expect(one.commit(batch({ blockNumber: 2, blockHash: null }, at(3)))).rejects.toMatchObject(lost);
    expect([await blocks(), await checkpoint()]).toEqual([[2], expect.objectContaining(at(2))]);
    await one.commit(batch(at(2), at(3)));
    expect([await blocks(), await checkpoint()]).toEqual([[2, 3], expect.objectContaining(at(3))]);
  });

  it('is a beginning while its document only tells the state of a source', async () => {
    const { one, tokenId, batch, checkpoint } = await open();
    const row = { _id: `${tokenId}:rpc`, tokenId, source: 'rpc', updatedAt: new Date() };
    await test.database.models.checkpoints.create(row);
    await one.commit(batch(null, at(2)));
    expect(await checkpoint()).toMatchObject(at(2));
  });

  it('keeps the finalized block that came with it', async () => {
    const { one, batch, checkpoint } = await open();
    const finalized = at(1);
    await one.commit(batch(null, at(2), { checkpoint: { name: 'rpc', ...at(2), logIndex: null, finalized } }));
    await one.commit(batch(at(2), at(3)));
    expect(await checkpoint()).toMatchObject({ ...at(3), finalized });
  });

  it('moves back with a rewind, and tells an overtaken writer that it is late before anything else', async () => {
    const { one, two, batch, blocks, checkpoint } = await open();
    const asOf = (blockNumber: number, finalizedBlock: number) => ({
      blockNumber,
      time: 1,
      hash: null,
      finalizedBlock,
    });
    await one.commit(batch(null, at(2)));
    await one.commit(batch(at(2), at(3)));
    await one.commit(batch(at(3), at(3, 1), { rewindTo: 2, asOf: asOf(3, 3) }));
    expect([await blocks(), await checkpoint()]).toEqual([[2, 3], expect.objectContaining(at(3, 1))]);
    await expect(two.commit(batch(at(3), at(4), { rewindTo: 1 }))).rejects.toMatchObject(lost);
  });

  it('lets one of two writers through each time, so that both together leave every block once and no gap', async () => {
    const { one, two, batch, blocks, checkpoint } = await open();
    const follow = async (pipeline: typeof one): Promise<void> => {
      for (;;) {
        const stored = await checkpoint();
        const after = stored ? { blockNumber: stored.blockNumber ?? 0, blockHash: stored.blockHash } : null;
        const next = (after?.blockNumber ?? 0) + 1;
        if (next > 12) return;
        try {
          await pipeline.commit(batch(after, at(next)));
        } catch (error) {
          expect(error).toMatchObject(lost);
        }
      }
    };
    // Both ask for the same first block at once, so that one of them has to lose.
    const [first, late] = await Promise.allSettled([one.commit(batch(null, at(1))), two.commit(batch(null, at(1)))]);
    expect([first.status, late.status].sort()).toEqual(['fulfilled', 'rejected']);
    await Promise.all([follow(one), follow(two)]);
    expect(await blocks()).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(await auditAll(test.database)).toEqual([]);
  });
});

describe('a fence', () => {
  it('is a number below which nothing is taken in, whatever a batch holds; without one a batch is free', async () => {
    const { one, two, tokenId, batch, blocks, checkpoint } = await open();
    await one.commit(batch(null, at(1), { fence: 0 }));
    await test.database.models.tokens.updateOne({ _id: tokenId }, { $set: { fence: 7 } });
    await expect(two.commit(batch(at(1), at(2), { fence: 6 }))).rejects.toMatchObject(lost);
    const price = { timestamp: 1, price: '1', volume: '0', where: 'p' };
    await expect(two.commit({ tokenId, source: 'rpc', fence: 0, prices: [price] })).rejects.toMatchObject(lost);
    await expect(two.commit({ tokenId, source: 'rpc', fence: 6, rewindTo: 0 })).rejects.toMatchObject(lost);
    expect([await blocks(), await checkpoint()]).toEqual([[1], expect.objectContaining(at(1))]);
    await two.commit(batch(at(1), at(2), { fence: 7 }));
    await one.commit(batch(at(2), at(3)));
    await one.commit(batch(at(3), at(4), { fence: 8 }));
    expect(await blocks()).toEqual([1, 2, 3, 4]);
  });
});
