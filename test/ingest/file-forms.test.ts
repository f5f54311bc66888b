import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFiles, readTransfers, rowHeader, rowOf } from './import-support.js';
import { hash, wallet } from './support.js';

const jsonOf = (value: string, more = '') =>
  `{"token_address":"${wallet(1)}","block_number":5,"block_timestamp":1736121600,"transaction_hash":"${hash(1)}","log_index":0,"from_address":"${wallet(1)}","to_address":"${wallet(2)}",${more}"value":${value}}`;

describe('a file of transfers', () => {
  let files: Awaited<ReturnType<typeof createFiles>>;
  beforeAll(async () => {
    files = await createFiles();
  });
  afterAll(() => files.close());

  const read = async (name: string, content: string | Uint8Array) => readTransfers(await files.write(name, content));
  const three = [rowHeader, rowOf({ log: 1 }), rowOf({ log: 2 }), rowOf({ log: 3 })];

  it.each<[string, string | Uint8Array]>([
    ['with a byte order mark', `\uFEFF${three.join('\n')}\n`],
    ['with CRLF', `${three.join('\r\n')}\r\n`],
    ['without an end of its last line', three.join('\n')],
    ['with blank lines before, between and after its rows', `\n \r\n${three.join('\n\n \t\n')}\n\n\n`],
    [
      'with space around fields and in another case',
      three.join('\n').replace(/,/g, ' , ').replace('block_number', 'Block_Number'),
    ],
    ['with every field in quotes', three.map((line) => `"${line.replaceAll(',', '","')}"`).join('\r\n')],
    ['packed', gzipSync(three.join('\n'))],
    ['packed in members that follow each other', Buffer.concat(three.map((line) => gzipSync(`${line}\n`)))],
    ['packed, with a byte order mark', gzipSync(`\uFEFF${three.join('\n')}`)],
  ])('%s is read as what it says', async (name, content) => {
    const { good, messages, rows } = await read(`${name}.csv`, content);
    expect(messages).toEqual([]);
    expect([rows, ...good.map(({ logIndex }) => logIndex)]).toEqual([3, 1, 2, 3]);
    expect(good[0]?.value).toBe(10n);
  });

  it('without a header, with nothing at all or with a doubled column is refused as a whole', async () => {
    await expect(read('empty.csv', '')).rejects.toThrow(/^empty\.csv:1: expected a header line with block_number/);
    await expect(read('blank.csv', '\n\n')).rejects.toThrow(/^blank\.csv:1: expected a header line/);
    await expect(read('packed-empty.csv.gz', gzipSync(''))).rejects.toThrow(/expected a header line/);
    await expect(read('headless.csv', rowOf())).rejects.toThrow(/^headless\.csv:1: expected a header line.*found 0x/);
    await expect(read('twice.csv', `\n${rowHeader},LOG_INDEX\n${rowOf()},1`)).rejects.toThrow(
      /^twice\.csv:2: the column log_index stands there more than once \(log_index, LOG_INDEX\)/,
    );
    await expect(read('quote.csv', '"a\nb\nc')).rejects.toThrow(/^quote\.csv:1: .*a quote is not closed/);
    expect(await read('header.csv', rowHeader)).toMatchObject({ rows: 0, good: [], bad: [] });
  });

  it('may have columns that nobody asked for, but not fields without a column', async () => {
    const { good, messages, rows } = await read(
      'extra.csv',
      [`${rowHeader},note`, `${rowOf()},x`, `${rowOf()},x,y`, rowOf(), `${rowOf()},`].join('\n'),
    );
    expect([rows, good.length]).toEqual([4, 2]);
    expect(messages).toEqual([
      'extra.csv:3, column 10: expected 9 fields as in the header, got 10',
      'extra.csv:4, column note: expected 9 fields as in the header, got 8',
    ]);
  });

  it('loses one row to a line that is too long, and says so', async () => {
    const long = 'x'.repeat(1_000_001);
    const inside = await read(
      'long.csv',
      [`${rowHeader},note`, `${rowOf()},${long}`, `${rowOf({ log: 2 })},`].join('\n'),
    );
    expect(inside.messages).toEqual(['long.csv:2: expected a line of at most 1000000 characters, got a longer one']);
    expect(inside.good.map(({ logIndex }) => logIndex)).toEqual([2]);
    const quoted = await read(
      'quoted.csv',
      [`${rowHeader},note`, `${rowOf()},"${long}`, `${rowOf({ log: 2 })},`].join('\n'),
    );
    expect([quoted.messages.length, quoted.good.length]).toEqual([1, 1]);
    const just = await read('just.csv', [`${rowHeader},note`, `${rowOf()},${'x'.repeat(999_000)}`].join('\n'));
    expect([just.messages, just.good.length]).toEqual([[], 1]);
    const json = await read('long.jsonl', [jsonOf('1'), jsonOf('1', `"note":"${long}",`), jsonOf('2')].join('\n'));
    expect(json.messages).toEqual(['long.jsonl:2: expected a line of at most 1000000 characters, got a longer one']);
    expect(json.good).toHaveLength(2);
    // A number that is cut is another number: it must not pass.
    const cut = await read(
      'cut.csv',
      [rowHeader, `${rowOf({ value: ' '.repeat(999_990) + '9'.repeat(70) })}`].join('\n'),
    );
    expect([cut.messages.length, cut.good.length]).toEqual([1, 0]);
  });

  it('of JSON keeps every digit, takes keys in any case, and one name of a column only', async () => {
    const value = 2n ** 256n - 1n;
    const lines = [
      jsonOf(String(value)),
      jsonOf('1e18'),
      jsonOf('12').replace('"value"', '"VALUE_RAW"'),
      jsonOf('1', '"value_raw":1,'),
      jsonOf('1.5'),
      jsonOf('1e999'),
      jsonOf('[1]'),
      jsonOf('1', '"Log_Index":0,'),
      '{"block_number":',
    ];
    const { good, messages, rows } = await read('rows.jsonl', lines.join('\r\n'));
    expect(good.map((row) => row.value)).toEqual([value, 10n ** 18n, 12n]);
    expect(rows).toBe(lines.length);
    expect(messages).toEqual([
      'rows.jsonl:4, column value_raw: stands there more than once (value_raw, value); keep one',
      expect.stringMatching(/^rows\.jsonl:5, column value_raw: .*got "1\.5"$/),
      expect.stringMatching(/^rows\.jsonl:6, column value_raw: .*got "1e999"$/),
      'rows.jsonl:7, column value_raw: expected a text or a number, got a list',
      'rows.jsonl:8: the key "log_index" stands there more than once; keep one',
      expect.stringMatching(/^rows\.jsonl:9: expected one JSON object a line, got: /),
    ]);
  });
});
