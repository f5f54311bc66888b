import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportRequest } from '../../src/services/import-request.js';
import { importFiles } from '../../src/services/import-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFiles, rowHeader, rowOf } from './import-support.js';
import { auditAll, createIngest, wallet } from './support.js';

describe('an import of several tokens', () => {
  let test: TestDatabase;
  let files: Awaited<ReturnType<typeof createFiles>>;
  beforeAll(async () => {
    test = await createTestDatabase();
    files = await createFiles();
  });
  afterAll(async () => {
    await test.close();
    await files.close();
  });

  const run = (request: Partial<ImportRequest>) => {
    const { pipeline, service: tokens } = createIngest(test.database);
    return importFiles({ database: test.database, pipeline, tokens, tempDir: files.folder }, { files: [], ...request });
  };
  const write = (name: string, rows: string[]) => files.write(name, [rowHeader, ...rows].join('\n'));

  it('refuses a log index that two tokens claim, and a block that has two times over them', async () => {
    const [one, two] = [
      await write('one.csv', [rowOf({ token: 2, log: 1 }), rowOf({ token: 2, log: 1 }), rowOf({ token: 2, block: 9 })]),
      await write('two.csv', [
        rowOf({ token: 1, log: 1 }),
        rowOf({ token: 1, log: 2, time: 1_736_121_601 }),
        rowOf({ token: 1, log: 3 }),
        rowOf({ token: 3, block: 9 }),
      ]),
    ];
    const claimed = `two.csv:2, column log_index: 1 of block 5 belongs to token ${wallet(2)} in one.csv:3`;
    const before = await test.database.models.tokens.countDocuments({});
    await expect(run({ files: [one, two], allTokens: true })).rejects.toThrow(claimed);
    expect(await test.database.models.tokens.countDocuments({})).toBe(before);

    const summary = await run({ files: [one, two], allTokens: true, onError: 'skip' });
    expect(summary).toMatchObject({ read: 7, new: 3, known: 1, refused: 3 });
    expect(summary.refusedRows).toEqual([
      claimed,
      'two.csv:3, column block_timestamp: 2025-01-06T00:00:01.000Z contradicts 2025-01-06T00:00:00.000Z of the same block 5 in one.csv:2',
      `two.csv:5, column log_index: 0 of block 9 belongs to token ${wallet(2)} in one.csv:4`,
    ]);
    // A token of which nothing was taken is not made.
    expect(summary.tokens.map(({ address, new: fresh }) => [address, fresh])).toEqual([
      [wallet(2), 2],
      [wallet(1), 1],
    ]);
    expect(await auditAll(test.database)).toEqual([]);
  });

  it('refuses what one token says twice once, and lets two reports of one event pass', async () => {
    const path = await write('twice.csv', [
      rowOf({ token: 0x11, block: 20, log: 1 }),
      rowOf({ token: 0x11, block: 20, log: 1, value: '11' }),
      rowOf({ token: 0x12, block: 20, log: 2 }),
      rowOf({ token: 0x12, block: 20, log: 2 }),
    ]);
    const summary = await run({ files: [path], allTokens: true, onError: 'skip' });
    expect(summary).toMatchObject({ read: 4, new: 2, known: 1, refused: 1 });
  });

  it('of which one is asked for minds neither the bad rows nor the times of the others', async () => {
    const path = await write('one-of.csv', [
      rowOf({ token: 0x21, value: 'x' }),
      rowOf({ token: 0x22, block: 30 }),
      rowOf({ token: 0x21, block: 30, time: 5, log: 0 }),
    ]);
    const summary = await run({ files: [path], address: wallet(0x22) });
    expect(summary).toMatchObject({ read: 3, new: 1, known: 0, refused: 0, otherTokens: 2 });
    const nobody = await write('nobody.csv', [rowOf({ token: 0x22 }), rowOf().replace(wallet(0xaa), '0x12')]);
    await expect(run({ files: [nobody], address: wallet(0x22) })).rejects.toThrow(
      /^nobody\.csv:3, column token_address/,
    );
  });

  it('counts every row of prices and transfers once: read is what was new, known or refused', async () => {
    const prices = await files.write(
      'prices.csv',
      'timestamp,price,volume\n1736121600,1,0\n1,2\n1736121600,1,0\n1736121660,"x"y,0\n1736121720,-1,0\n1736121780,1,0\n',
    );
    const transfers = await write('counted.csv', [
      rowOf({ block: 40 }),
      'a,b',
      rowOf({ block: 40 }),
      rowOf({ block: 41 }),
    ]);
    const wanted = { files: [transfers], prices, address: wallet(0xaa), onError: 'skip' } as const;
    expect(await run(wanted)).toMatchObject({ read: 10, new: 4, known: 2, refused: 4 });
    expect(await run(wanted)).toMatchObject({ read: 10, new: 0, known: 6, refused: 4 });
  });

  it('keeps every digit of prices in JSON lines', async () => {
    const prices = await files.write(
      'prices.jsonl',
      '{"timestamp":1736121600,"price":0.00000012,"volume":123456789.123456789012}\n{"Timestamp":1736121660,"price":1.2e-7,"volume":1e3}\n',
    );
    const { tokens } = await run({ prices, address: wallet(0x31) });
    const stored = await test.database.models.tokenPriceData
      .find({ tokenId: tokens[0]?.id ?? '' })
      .sort({ timestamp: 1 })
      .lean();
    expect(stored.map(({ price, volume }) => [price, volume])).toEqual([
      ['0.00000012', '123456789.123456789012'],
      ['0.00000012', '1000'],
    ]);
    const twice = await files.write(
      'two.jsonl',
      '{"timestamp":1,"price":1,"volume":1}\n{"timestamp":1,"price":1,"volume":2}\n',
    );
    await expect(run({ prices: twice, address: wallet(0x31) })).rejects.toThrow(
      /^two\.jsonl:2, column volume: .*two\.jsonl:1/,
    );
  });

  it('names both places where two times of a block stand in --block-times', async () => {
    const blockTimes = await files.write(
      'times.csv',
      'block_number,block_timestamp\n7,1736121600\n7,1736121600\n7,1736121601\n',
    );
    const path = await write('timed.csv', [rowOf({ block: 7 })]);
    await expect(run({ files: [path], allTokens: true, blockTimes })).rejects.toThrow(
      /^times\.csv:4, column block_timestamp: expected 2025-01-06T00:00:00\.000Z as in times\.csv:2, got "1736121601"$/,
    );
  });
});
