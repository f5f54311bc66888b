import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountedDatabase, countCommands } from '../support/count-commands.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createIngest, transfer, wallet } from './support.js';

describe('what a pipeline remembers of tokens', () => {
  let test: TestDatabase;
  let counted: CountedDatabase;
  let lastContract = 0xa000;
  beforeAll(async () => {
    test = await createTestDatabase();
    counted = await countCommands(test.database);
  });
  afterAll(async () => {
    await counted?.close();
    await test?.close();
  });

  /** Tokens that get their blocks in turns, and how often a block of theirs made their day be read. */
  const open = async (tokens: number, mostRemembered?: number) => {
    const { pipeline, service } = createIngest(counted.database, { mostRemembered });
    const ids: string[] = [];
    for (let i = 0; i < tokens; i += 1) {
      const contractAddress = wallet(++lastContract);
      const made = { name: contractAddress, symbol: contractAddress, contractAddress };
      ids.push((await service.createToken(made))._id);
    }
    /** Days that were read for a block of one token. */
    return async (nth: number, blockNumber: number, size = 1): Promise<number> => {
      counted.reset();
      const transfers = Array.from({ length: size }, (_, logIndex) =>
        transfer({ blockNumber, logIndex, toAddress: wallet(10 + logIndex) }),
      );
      await pipeline.commit({ tokenId: ids[nth] ?? '', source: 'rpc', transfers });
      return counted.commands.filter(
        ({ find, filter }) => find === 'transactionActivity' && 'timestamp' in (filter as object),
      ).length;
    };
  };

  it('is the days of dozens of them: none is read again when their blocks come in turns', async () => {
    const commit = await open(40);
    for (let nth = 0; nth < 40; nth += 1) await commit(nth, 1, 3);
    for (let nth = 0; nth < 40; nth += 1) expect(await commit(nth, 2)).toBe(0);
  });

  it('is bounded by its size, the latest used first, and not by the number of tokens', async () => {
    const commit = await open(3, 500);
    await commit(0, 1, 40);
    await commit(1, 1, 40);
    await commit(2, 1, 40);
    expect(await commit(2, 2)).toBe(0);
    expect(await commit(0, 2)).toBe(1);
    expect(await commit(0, 3)).toBe(0);
  });

  it('holds the busiest token too, whatever its size, and a quiet one beside it', async () => {
    const commit = await open(2, 500);
    await commit(0, 1, 300);
    await commit(1, 1, 2);
    expect([await commit(0, 2), await commit(1, 2)]).toEqual([0, 0]);
  });
});
