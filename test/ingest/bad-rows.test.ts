import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportRequest } from '../../src/services/import-request.js';
import { importFiles } from '../../src/services/import-service.js';
import type { ImportSummary } from '../../src/services/import-summary.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { auditAll, createIngest, hash, wallet } from './support.js';

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw,is_error,gas_used,method_id';
const good = {
  block_number: '5',
  block_timestamp: '1736121900',
  transaction_hash: hash(1),
  transaction_index: '0',
  log_index: '1',
  from_address: wallet(1),
  to_address: wallet(2),
  value_raw: '10',
  is_error: '',
  gas_used: '',
  method_id: '',
};
const csvLine = (row: Partial<Record<keyof typeof good, string>>) => Object.values({ ...good, ...row }).join(',');

/** Column, what stands there, what the message says. */
const refusals: Array<[keyof typeof good, string, RegExp]> = [
  ['block_number', '-1', /whole number from 0/],
  ['block_number', '1e3', /whole number/],
  ['block_number', '', /whole number/],
  ['block_number', '1000000000000', /whole number/],
  ['block_timestamp', '', /--block-times/],
  ['block_timestamp', '1736121900000', /Unix seconds or ISO 8601/],
  ['block_timestamp', '2025-02-30T00:00:00Z', /ISO 8601/],
  ['block_timestamp', '2025-02-01T23:59:60Z', /ISO 8601/],
  ['block_timestamp', '2025-02-01T00:00:00+02:00', /in UTC/],
  ['block_timestamp', '2025-02-01 00:00:00', /in UTC/],
  ['transaction_hash', '0x12', /64 hexadecimal digits/],
  ['transaction_hash', '', /64 hexadecimal digits/],
  ['transaction_index', '1.5', /whole number/],
  ['log_index', '', /whole number/],
  ['log_index', '10000000', /whole number/],
  ['from_address', '0x123', /40 hexadecimal digits/],
  ['from_address', '0x8236A87084f8B84306f72007F36F2618A5634494', /checksum/],
  ['to_address', `${wallet(1)}\u0000`, /address/],
  ['to_address', '', /address/],
  ['value_raw', '-1', /2\^256/],
  ['value_raw', '1.0', /2\^256/],
  ['value_raw', '1e18', /2\^256/],
  ['value_raw', '0x10', /2\^256/],
  ['value_raw', (2n ** 256n).toString(), /2\^256/],
  ['value_raw', '', /2\^256/],
  ['value_raw', '٣', /2\^256/],
  ['is_error', 'maybe', /true or false/],
  ['gas_used', '-5', /2\^256/],
  ['method_id', '0x1234', /selector/],
];

describe('a file import', () => {
  let test: TestDatabase;
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    test = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'bad-rows-'));
  });
  afterAll(async () => {
    await test.close();
    await rm(folder, { recursive: true });
  });

  const write = async (content: string | Buffer, name?: string) => {
    files += 1;
    const path = join(folder, name ?? `file-${files}.csv`);
    await writeFile(path, content);
    return path;
  };
  const run = async (request: Partial<ImportRequest>): Promise<ImportSummary> => {
    const { pipeline, service } = createIngest(test.database);
    files += 1;
    const address = request.allTokens ? {} : { address: wallet(0xb000 + files) };
    return importFiles(
      { database: test.database, pipeline, tokens: service, tempDir: folder },
      { files: [], ...address, ...request },
    );
  };
  const rowsOf = async ({ tokens }: ImportSummary) =>
    test.database.models.transactionActivity
      .find({ tokenId: tokens[0]?.id ?? '' })
      .sort({ blockNumber: 1, logIndex: 1 })
      .lean();

  it.each(refusals)('refuses %s %j with file, line, column and reason', async (column, text, reason) => {
    const path = await write(
      [header, csvLine({ log_index: '0' }), csvLine({ [column]: text }), ''].join('\n'),
      `bad-${files}.csv`,
    );
    const before = await test.database.models.tokens.countDocuments({});
    const stopped = run({ files: [path] });
    const place = path.slice(folder.length + 1);
    await expect(stopped).rejects.toMatchObject({ code: 'BAD_ROW' });
    await expect(stopped).rejects.toThrow(`${place}:3, column ${column}: expected `);
    await expect(stopped).rejects.toThrow(reason);
    expect(await test.database.models.tokens.countDocuments({})).toBe(before);
    const skipped = await run({ files: [path], onError: 'skip' });
    expect(skipped).toMatchObject({ read: 2, new: 1, known: 0, refused: 1 });
    expect(skipped.refusedRows[0]).toContain(`${place}:3, column ${column}: `);
  });

  it('refuses lines of the wrong width and broken quotes, and goes on behind them', async () => {
    const lines = [
      header,
      csvLine({}),
      '1,2,3',
      csvLine({ log_index: '2' }),
      `5,"a"b,${hash(1)}`,
      csvLine({ log_index: '3' }),
    ];
    const path = await write(lines.join('\n'), 'width.csv');
    await expect(run({ files: [path] })).rejects.toThrow(
      'width.csv:3, column transaction_index: expected 11 fields as in the header, got 3',
    );
    const summary = await run({ files: [path], onError: 'skip' });
    expect(summary.refusedRows.map((message) => message.slice(0, 41))).toEqual([
      'width.csv:3, column transaction_index: ex',
      'width.csv:5, column block_timestamp: expe',
    ]);
    expect(summary.new).toBe(3);
    const open = [header, `${csvLine({})}"`, csvLine({ log_index: '2' }), csvLine({ log_index: '3' })];
    const rest = await run({ files: [await write(open.join('\n'), 'open.csv')], onError: 'skip' });
    expect(rest.refusedRows).toEqual(['open.csv:2, column method_id: expected a line of CSV: a quote is not closed']);
    expect(rest.new).toBe(2);
    const noted = [`${header},note`, `${csvLine({})},"two\nlines, ""quoted"""`, `${csvLine({ log_index: '2' })},`];
    expect(await run({ files: [await write(noted.join('\n'))] })).toMatchObject({ read: 2, new: 2 });
  });

  it('names a missing column and a column that stands there twice', async () => {
    await expect(run({ files: [await write('a,b\n1,2\n')] })).rejects.toThrow(
      /expected a header line with block_number, .*; found a, b/,
    );
    const twice = await write(`${header},value\n${csvLine({})},1\n`);
    await expect(run({ files: [twice] })).rejects.toThrow(/value_raw stands there more than once/);
    await expect(run({ files: [await write('')] })).rejects.toThrow(/expected a header line/);
    const empty = await run({ files: [await write(`${header}\n`)] });
    expect([empty.read, empty.notices]).toEqual([0, expect.arrayContaining(['The files hold no rows.'])]);
    await expect(run({ files: [join(folder, 'absent.csv')] })).rejects.toThrow(
      /absent\.csv: expected a file that can be read/,
    );
  });

  it('says that a packed file is cut', async () => {
    const whole = gzipSync(
      [
        header,
        ...Array.from({ length: 500 }, (_, i) => csvLine({ log_index: String(i), transaction_hash: hash(i * 7919) })),
      ].join('\n'),
    );
    await expect(run({ files: [await write(whole.subarray(0, whole.length - 40))] })).rejects.toThrow(
      /cannot be read to its end/,
    );
  });

  it('takes every way of saying that a transaction failed', async () => {
    const flags = ['1', 'true', 'TRUE', 'yes', '0', 'false', 'No', ''];
    const lines = flags.map((is_error, log) => csvLine({ is_error, log_index: String(log) }));
    const rows = await rowsOf(await run({ files: [await write([header, ...lines].join('\r\n'))] }));
    expect(rows.map(({ isSuccess }) => isSuccess)).toEqual([false, false, false, false, true, true, true, true]);
  });

  it('takes times as Unix seconds and as ISO 8601, and addresses in any valid case', async () => {
    const times = ['1736121600', '2025-01-06T00:00:00Z', '2025-01-06 00:00:00 UTC', '2025-01-06T00:00:00.000+00:00'];
    const cases = [
      '0x8236a87084f8b84306f72007f36f2618a5634494',
      '0x8236A87084F8B84306F72007F36F2618A5634494',
      '0x8236a87084f8B84306f72007F36F2618A5634494',
    ];
    const lines = times.map((block_timestamp, log) =>
      csvLine({ block_timestamp, log_index: String(log), from_address: cases[log % 3] ?? '' }),
    );
    const rows = await rowsOf(await run({ files: [await write(`\uFEFF${[header, ...lines].join('\n')}`)] }));
    expect(rows.map(({ timestamp }) => timestamp.toISOString())).toEqual(Array(4).fill('2025-01-06T00:00:00.000Z'));
    expect(new Set(rows.map(({ fromAddress }) => fromAddress))).toEqual(new Set([cases[0]]));
  });

  it('reads JSON lines of Ethereum ETL to the last digit, with times from a file of their own', async () => {
    const value = 2n ** 256n - 1n;
    const etl = (log: number, amount: string) =>
      `{"type":"token_transfer","token_address":"${wallet(0xe1)}","from_address":"${wallet(1)}","to_address":"${wallet(2)}","value":${amount},"transaction_hash":"${hash(3)}","log_index":${log},"block_number":7}`;
    const path = await write(
      gzipSync([etl(0, String(value)), etl(1, `"${value}"`), etl(2, '12')].join('\n')),
      'etl.json',
    );
    await expect(run({ allTokens: true, files: [path] })).rejects.toThrow(
      /etl\.json:1, column block_timestamp: .*--block-times/,
    );
    const blockTimes = await write('block_number,block_timestamp\n7,1736121600\n');
    const summary = await run({ allTokens: true, files: [path], blockTimes });
    expect((await rowsOf(summary)).map(({ amount }) => amount)).toEqual([`178${value}`, `178${value}`, '10212']);
    expect(summary.notices.join()).toContain('18 decimals by assumption');
    await expect(run({ allTokens: true, files: [await write('{"a":1}\n[1]\n', 'x.jsonl')] })).rejects.toThrow(
      /x\.jsonl:1, column token_address/,
    );
  });

  it('refuses contradicting times of one block and contradicting copies of one event, naming both places', async () => {
    const path = await write(
      [header, csvLine({}), csvLine({ log_index: '2', block_timestamp: '1736121901' })].join('\n'),
      'times.csv',
    );
    await expect(run({ files: [path] })).rejects.toThrow(/^times\.csv:3, column block_timestamp: .* in times\.csv:2$/);
    const [first, second] = [
      await write([header, csvLine({})].join('\n'), 'first.csv'),
      await write([header, csvLine({ value_raw: '11' })].join('\n'), 'second.csv'),
    ];
    await expect(run({ files: [first, second] })).rejects.toThrow(
      'second.csv:2, column value_raw: 11 contradicts 10 of first.csv:2',
    );
  });

  it('rounds prices half up to 8 places and refuses two different ones of an instant', async () => {
    const prices = await write(
      'timestamp,price,volume\n1736121600,0.123456785,10.50\n1736121660,1,\n1736121660,1.000000000,0\n',
    );
    const summary = await run({ prices });
    expect(summary).toMatchObject({ read: 3, new: 2, known: 1, refused: 0 });
    const stored = await test.database.models.tokenPriceData
      .find({ tokenId: summary.tokens[0]?.id ?? '' })
      .sort({ timestamp: 1 })
      .lean();
    expect(stored.map(({ price, volume }) => [price, volume])).toEqual([
      ['0.12345679', '10.5'],
      ['1', '0'],
    ]);
    const twice = await write('timestamp,price,volume\n1736121600,1,0\n1736121600,2,0\n', 'twice.csv');
    await expect(run({ prices: twice })).rejects.toThrow(/^twice\.csv:3, column price: .*twice\.csv:2/);
    await expect(run({ prices: await write('timestamp,price\n1736121600,-1\n') })).rejects.toThrow(
      /column price: expected a plain decimal/,
    );
  });

  it('takes opening balances as a whole or not at all, whatever is said about bad rows', async () => {
    const openingBalances = await write(`address,balance_raw\n${wallet(1)},5\n${wallet(2)},x\n`, 'openings.csv');
    const wanted = run({ openingBalances, openingBlock: 1, onError: 'skip' });
    await expect(wanted).rejects.toThrow(/^openings\.csv:3, column balance_raw: expected/);
  });

  it('says which flags do not go together', async () => {
    const { pipeline, service: tokens } = createIngest(test.database);
    const deps = { database: test.database, pipeline, tokens, tempDir: folder };
    await expect(importFiles(deps, { files: ['a.csv'] })).rejects.toThrow(/--address: .*--all-tokens/);
    await expect(importFiles(deps, { files: [], address: wallet(1) })).rejects.toThrow(/FILE: expected/);
    await expect(importFiles(deps, { files: ['a'], allTokens: true, symbol: 'X' })).rejects.toThrow(
      /--symbol: said of one token/,
    );
    await expect(importFiles(deps, { files: ['a'], address: '0x1' })).rejects.toThrow(/--address: expected 0x/);
    await expect(importFiles(deps, { files: ['a'], address: wallet(1), openingBlock: 5 })).rejects.toThrow(
      /--opening-block: .* give both/,
    );
  });

  it('leaves rollups that an audit agrees with', async () => {
    expect(await auditAll(test.database)).toEqual([]);
  });
});
