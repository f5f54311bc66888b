import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Position } from '../../src/ingest/batch.js';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, hash, transfer, wallet } from './support.js';

describe('a rewind of more rows than one transaction should undo', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  /** Rows that each committed transaction deleted. */
  let deleted: number[] = [];
  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
    let inThis = 0;
    counted.database.connection.getClient().on('commandSucceeded', ({ commandName, reply }) => {
      if (commandName === 'delete') inThis += (reply as { n: number }).n;
      if (commandName !== 'commitTransaction') return;
      deleted.push(inThis);
      inThis = 0;
    });
  });
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  const at = (blockNumber: number): Position => ({ blockNumber, blockHash: hash(blockNumber) });
  const head = (blockNumber: number, finalizedBlock = 1) => ({
    checkpoint: { name: 'rpc', ...at(blockNumber), logIndex: null },
    asOf: {
      blockNumber,
      time: Date.UTC(2025, 0, 6) + blockNumber * 60_000,
      hash: hash(blockNumber),
      finalizedBlock,
    },
    chainSupply: BigInt(blockNumber),
  });
  const rows = (from: number, to: number) =>
    Array.from({ length: (to - from + 1) * 2 }, (_, i) => {
      const blockNumber = from + Math.floor(i / 2);
      const [fromAddress, toAddress] = [wallet(1 + (i % 5)), wallet(1 + (i % 7))];
      return transfer({ blockNumber, logIndex: i % 2, blockHash: hash(blockNumber), fromAddress, toAddress });
    });
  /** A token with two rows in each of 40 blocks; at most ten are undone at once. */
  const fill = async (contract: number, finalizedBlock = 1) => {
    const ingest = createIngest(counted.database, { mostUndoneRows: 10 });
    const contractAddress = wallet(contract);
    const made = { name: contractAddress, symbol: contractAddress, contractAddress };
    const { _id: tokenId } = await ingest.service.createToken(made);
    const live = { tokenId, source: 'rpc', fence: 1 } as const;
    await ingest.pipeline.commit({ ...live, transfers: rows(1, 40), after: null, ...head(40, finalizedBlock) });
    deleted = [];
    counted.reset();
    const token = () => test.database.models.tokens.findOne({ _id: tokenId }).lean();
    const checkpoint = () => test.database.models.checkpoints.findOne({ _id: `${tokenId}:rpc` }).lean();
    return { ...ingest, live, tokenId, token, checkpoint };
  };

  it('is cut into transactions of no more rows, each published, and reads no day again', async () => {
    const { pipeline, live, published, tokenId, token } = await fill(0xf1);
    await pipeline.commit({ ...live, rewindTo: 12, after: at(40), transfers: rows(13, 14), ...head(14) });
    expect(deleted.filter((n) => n > 0)).toEqual([10, 10, 10, 10, 10, 6]);
    const epochs = published.tokens.filter((one) => one.tokenId === tokenId).map(({ epoch }) => epoch);
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const whole = counted.commands.filter((command) => JSON.stringify(command.filter ?? {}).includes('timestamp'));
    expect(whole).toEqual([]);
    expect(await token()).toMatchObject({ asOfBlock: 14, epoch: 8, totals: { transferRows: 28 } });
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('that fails at its end leaves an earlier state, whose checkpoint is a block with rows, and from which it goes on', async () => {
    const { pipeline, live, token, checkpoint } = await fill(0xf2);
    const batch = { ...live, rewindTo: 12, ...head(14) };
    const bad = [transfer({ blockNumber: 13 }), transfer({ blockNumber: 13, value: 2n })];
    await expect(pipeline.commit({ ...batch, after: at(40), transfers: bad })).rejects.toMatchObject({
      code: 'BAD_ROW',
    });
    expect(await checkpoint()).toMatchObject(at(15));
    expect(await token()).toMatchObject({ asOfBlock: 15, totals: { transferRows: 30, chainSupply: null } });
    expect(await auditAll(test.database)).toEqual([]);
    await expect(pipeline.commit({ ...batch, after: at(40) })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await pipeline.commit({ ...batch, after: at(15), transfers: rows(13, 14) });
    expect(await checkpoint()).toMatchObject(at(14));
    expect(await token()).toMatchObject({ asOfBlock: 14, totals: { transferRows: 28 } });
  });

  it.each([
    { why: 'too deep', contract: 0xf3, code: 'REORG_TOO_DEEP', finalizedBlock: 20, after: at(40) },
    { why: 'of a writer that was overtaken', contract: 0xf4, code: 'LEASE_LOST', finalizedBlock: 1, after: at(39) },
  ])('and $why changes nothing', async ({ contract, code, finalizedBlock, after }) => {
    const { pipeline, live, token } = await fill(contract, finalizedBlock);
    const before = await token();
    await expect(pipeline.commit({ ...live, rewindTo: 12, after, ...head(14) })).rejects.toMatchObject({ code });
    expect(await token()).toEqual(before);
    expect(deleted).toEqual([]);
  });

  it('undoes a block as a whole, however many rows it has', async () => {
    const { pipeline, live } = await fill(0xf5);
    const wide = Array.from({ length: 25 }, (_, logIndex) =>
      transfer({ blockNumber: 41, logIndex, blockHash: hash(41) }),
    );
    await pipeline.commit({ ...live, transfers: wide, after: at(40), ...head(41) });
    deleted = [];
    await pipeline.commit({ ...live, rewindTo: 38, after: at(41), ...head(38) });
    expect(deleted).toEqual([25, 4]);
    expect(await auditAll(test.database)).toEqual([]);
  });
});
