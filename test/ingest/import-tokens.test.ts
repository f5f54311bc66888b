import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportRequest } from '../../src/services/import-request.js';
import { importFiles } from '../../src/services/import-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, dumpOf, hash, wallet } from './support.js';

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw,token_address';
const row = (token: string, log: number, from = wallet(0)) =>
  `1,1736121600,${hash(log)},0,${log},${from},${wallet(log + 1)},5,${token}`;
const address = (start: string) => `0x${start.padEnd(40, '7')}`;

describe('the tokens of an import', () => {
  let test: TestDatabase;
  let folder: string;
  let files = 0;
  beforeEach(async () => {
    test = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'import-tokens-'));
  });
  afterEach(async () => {
    expect(await auditAll(test.database)).toEqual([]);
    await test.close();
    await rm(folder, { recursive: true });
  });

  const write = async (...lines: string[]) => {
    files += 1;
    const path = join(folder, `file-${files}.csv`);
    await writeFile(path, lines.join('\n'));
    return path;
  };
  const run = (request: ImportRequest, database = test.database) => {
    const { pipeline, service } = createIngest(database);
    return importFiles({ database, pipeline, tokens: service, tempDir: join(folder, 'tmp') }, request);
  };
  const labels = async () => {
    const tokens = await test.database.models.tokens.find({}).sort({ contractAddress: 1 }).lean();
    return tokens.map(({ symbol, name }) => [symbol, name]);
  };

  it('share a label by address alone, whatever the order of rows and the parts they come in', async () => {
    const [a, b, c] = [address('aaaaaa1'), address('aaaaaa2'), address('bbb')];
    const tokensFile = await write('address,symbol,name,decimals', `${c},X,One,6`, `${b},X,One,6`, `${a},X,Two,6`);
    const lines = [row(c, 3), row(b, 2), row(a, 1)];
    await run({ files: [await write(header, ...lines)], allTokens: true, tokensFile });
    expect(await labels()).toEqual([
      ['X', 'Two'],
      ['X-aaaaaa', 'One'],
      ['X-bbb777', 'One-bbb777'],
    ]);
    const dump = await dumpOf(test.database);
    const ways = [[lines.toReversed()], lines.map((line) => [line]), lines.toReversed().map((line) => [line])];
    for (const parts of ways) {
      const other = await createTestDatabase();
      for (const part of parts) {
        await run({ files: [await write(header, ...part)], allTokens: true, tokensFile }, other.database);
      }
      expect(await dumpOf(other.database)).toEqual(dump);
      await other.close();
    }
  });

  it('get more digits of the address where the first six are taken too, and a long label is cut before them', async () => {
    const long = 'L'.repeat(200);
    const wanted = [address('c0ffee1'), address('c0ffee2'), address('c0ffee3')].map((token) => ({ token, log: 1 }));
    for (const { token } of wanted) {
      const summary = await run({ files: [await write(header, row(token, 1))], address: token, symbol: long });
      expect(summary).toMatchObject({ new: 1 });
    }
    const cut = [long, `${'L'.repeat(193)}-c0ffee`, `${'L'.repeat(191)}-c0ffee37`];
    expect(await labels()).toEqual(cut.map((label) => [label, label]));
  });

  it('say which of the given labels a known token does not have, and nothing about those it has', async () => {
    const token = address('abc');
    const files = [await write(header, row(token, 1))];
    await run({ files, address: token, symbol: 'ONE', name: 'First', decimals: 6 });
    const noticesOf = async (given: Partial<ImportRequest>) => (await run({ files, address: token, ...given })).notices;
    expect(await noticesOf({ symbol: 'ONE', name: 'First', decimals: 6 })).toEqual([]);
    expect(await noticesOf({})).toEqual([]);
    for (const [given, told] of [
      [{ name: 'Second' }, 'the name Second'],
      [{ symbol: 'O' }, 'the symbol O'],
      [{ symbol: 'TWO', name: 'Second' }, 'the symbol TWO and the name Second'],
    ] as const) {
      expect(await noticesOf(given)).toEqual([
        expect.stringContaining(`is known as ONE (First): ${told} is left aside`),
      ]);
    }
    await expect(run({ files, address: token, decimals: 7 })).rejects.toThrow('ONE has 6, got 7');
    await expect(run({ files, address: token, chainId: 7 })).rejects.toThrow('--chain-id: the token ONE');
  });

  it('that are known as they are wished tell the caches nothing', async () => {
    const token = address('abd');
    const request = { files: [await write(header, row(token, 1))], address: token, symbol: 'ONE', decimals: 6 };
    await run(request);
    const { pipeline, service, published } = createIngest(test.database);
    const deps = { database: test.database, pipeline, tokens: service, tempDir: join(folder, 'tmp') };
    expect(await importFiles(deps, request)).toMatchObject({ new: 0, known: 1 });
    expect([published.tokens, published.catalogue]).toEqual([[], []]);
  });

  it('take opening balances only with a block: the given one, or that of a row', async () => {
    const token = address('ddd');
    const openingBalances = await write('address,balance_raw', `${wallet(5)},5`);
    for (const lines of [[header], [header, row(token, 1).replace('1,', 'x,')]]) {
      const files = [await write(...lines)];
      await expect(run({ files, address: token, openingBalances, onError: 'skip' })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/^--opening-block: expected/),
      });
    }
    expect(await labels()).toEqual([]);
    const { pipeline, service } = createIngest(test.database);
    const { _id: tokenId } = await service.createToken({ name: 'T', symbol: 'T', contractAddress: token });
    for (const blockNumber of [Number.POSITIVE_INFINITY, Number.NaN, -1, 1.5]) {
      const openings = { blockNumber, balances: new Map([[wallet(5), 5n]]) };
      await expect(pipeline.commit({ tokenId, source: 'file', openings })).rejects.toThrow(/--opening-block: expected/);
    }
    await run({ files: [await write(header)], address: token, openingBalances, openingBlock: 1 });
    await run({ files: [await write(header, row(token, 1, wallet(5)))], address: token });
    const stored = await test.database.models.tokens.findOne({}).lean();
    expect(stored).toMatchObject({ openingBlock: 1, totals: { transferRows: 1, negativeBalanceCount: 0 } });
  });

  it('name the first stored block when balances came out below 0, also in an import without transfers', async () => {
    const token = address('eee');
    await run({ files: [await write(header, row(token, 1, wallet(7)))], address: token, symbol: 'E' });
    const prices = await write('timestamp,price,volume', '1736121600,1,1');
    const { notices } = await run({ files: [], address: token, prices });
    expect(notices).toEqual([expect.stringMatching(/^E: 1 addresses came out below 0, .*before block 1 /)]);
  });
});
