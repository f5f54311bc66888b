import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, shuffled, transfer, wallet } from './support.js';

describe('the work of an import', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
  });
  afterAll(async () => {
    await counted.close();
    await test.close();
  });

  const rows = Array.from({ length: 200 }, (_, i) =>
    transfer({ blockNumber: i + 1, logIndex: i, fromAddress: wallet(1 + (i % 5)), toAddress: wallet(1 + (i % 7)) }),
  );
  const fill = async (batches: Array<typeof rows>, contract: number) => {
    const { pipeline, service } = createIngest(counted.database);
    const contractAddress = wallet(contract);
    const token = await service.createToken({ name: contractAddress, symbol: contractAddress, contractAddress });
    const reads: string[][] = [];
    for (const transfers of batches) {
      counted.reset();
      await pipeline.commit({ tokenId: token._id, source: 'file', transfers });
      reads.push([...counted.reads]);
    }
    return reads;
  };

  it('reads one stored transfer for a batch in block order, and no holder that the batch before has touched', async () => {
    const [first, second, third] = await fill([rows.slice(0, 60), rows.slice(60, 120), rows.slice(120)], 0xd1);
    expect(first).toContain('find holders');
    expect(third).toEqual(second);
    expect(third?.filter((read) => read === 'find transactionActivity')).toHaveLength(1);
    expect(third).not.toContain('find holders');
  });

  it('reads no more often when a batch is larger', async () => {
    const [, small] = await fill([rows.slice(0, 10), rows.slice(10, 20)], 0xd2);
    const [, large] = await fill([rows.slice(0, 10), rows.slice(10)], 0xd3);
    expect(large).toEqual(small);
  });

  it('reads a day again, once, when another writer has been there', async () => {
    const { pipeline, service } = createIngest(counted.database);
    const other = createIngest(test.database).pipeline;
    const { _id: tokenId } = await service.createToken({ name: 'W', symbol: 'W', contractAddress: wallet(0xd4) });
    const [one, two, three] = [rows.slice(0, 50), rows.slice(50, 100), rows.slice(100)];
    await pipeline.commit({ tokenId, source: 'file', transfers: shuffled(one, 1) });
    await other.commit({ tokenId, source: 'file', transfers: two });
    counted.reset();
    await pipeline.commit({ tokenId, source: 'file', transfers: three });
    expect(counted.reads.filter((read) => read === 'find transactionActivity')).toHaveLength(2);
    expect(counted.reads).toContain('find holders');
  });
});
