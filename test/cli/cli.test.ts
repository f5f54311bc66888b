import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash, wallet } from '../ingest/support.js';
import { createCli } from './support.js';

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw,token_address';

describe('the command line', () => {
  let cli: Awaited<ReturnType<typeof createCli>>;
  beforeAll(async () => {
    cli = await createCli();
  });
  afterAll(() => cli.close());

  const mints = (token: string, count: number, firstBlock = 1) =>
    Array.from({ length: count }, (_, i) => {
      const block = firstBlock + i;
      return `${block},${1_736_121_600 + block * 60},${hash(block)},0,${i},${wallet(0)},${wallet(i + 1)},5,${token}`;
    });

  it('imports a file, says what it did in one JSON object, knows the rows again, and verifies clean', async () => {
    const file = join(cli.folder, 'rows.csv');
    await writeFile(file, [header, ...mints(wallet(0xaa), 40), ...mints(wallet(0xbb), 10, 41)].join('\n'));
    const flags = [file, '--address', wallet(0xaa), '--symbol', 'AA', '--decimals', '6', '--json'];
    const first = await cli.runHere(['import', ...flags]);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(first.stdout)).toMatchObject({
      read: 50,
      new: 40,
      known: 0,
      refused: 0,
      otherTokens: 10,
      interrupted: false,
    });
    expect(JSON.parse((await cli.runHere(['import', ...flags])).stdout)).toMatchObject({ new: 0, known: 40 });

    const all = await cli.runHere(['import', file, '--all-tokens', '--json']);
    expect(JSON.parse(all.stdout).tokens).toMatchObject([
      { symbol: 'AA', new: 0, known: 40 },
      { symbol: wallet(0xbb), new: 10, known: 0 },
    ]);
    const dump = join(cli.folder, 'dump');
    const verified = await cli.runHere(['verify', '--json', '--dump', dump]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ clean: true, tokens: [{ transfers: 10 }, { transfers: 40 }] });
    expect(
      (await readFile(dump, 'utf8')).split('\n').filter((line) => line.includes('"transactionActivity"')),
    ).toHaveLength(50);
    expect(JSON.parse((await cli.runHere(['rebuild', 'aa', '--json'])).stdout)).toMatchObject({
      tokens: [{ symbol: 'AA', mended: 0 }],
    });
    expect(JSON.parse((await cli.runHere(['migrate', '--json'])).stdout)).toEqual({ from: 1, to: 1 });
  });

  it('gives a symbol that is taken the first six digits of the address', async () => {
    const file = join(cli.folder, 'taken.csv');
    await writeFile(file, [header, ...mints(wallet(0xcc), 2)].join('\n'));
    const run = await cli.runHere(['import', file, '--address', wallet(0xcc), '--symbol', 'AA', '--json']);
    expect(JSON.parse(run.stdout).tokens).toMatchObject([{ symbol: 'AA-000000' }]);
    expect(run.stderr).toContain('The symbol AA is taken: the token is AA-000000.');
  });

  it('changes a token, and deletes one with all its rows', async () => {
    const file = join(cli.folder, 'changed.csv');
    await writeFile(file, [header, ...mints(wallet(0xab), 3)].join('\n'));
    await cli.runHere(['import', file, '--address', wallet(0xab), '--symbol', 'OLD', '--json']);
    const change = ['--symbol', 'NEW', '--active', 'off', '--payment-rule', `from:${wallet(0)}`];
    expect(JSON.parse((await cli.runHere(['update', 'OLD', ...change, '--json'])).stdout)).toMatchObject({
      symbol: 'NEW',
      isActive: false,
      paymentRule: { kind: 'FROM', addresses: [wallet(0)] },
    });
    expect(await cli.runHere(['verify', 'NEW'])).toMatchObject({ code: 0 });
    expect(JSON.parse((await cli.runHere(['delete', 'NEW', '--json'])).stdout)).toMatchObject({
      symbol: 'NEW',
      deleted: true,
    });
    expect(await cli.runHere(['delete', 'NEW'])).toMatchObject({ code: 1 });
  });

  it('exits with 1 and a message that teaches when a row, a flag, a file or a token is wrong', async () => {
    const bad = join(cli.folder, 'bad.csv');
    await writeFile(bad, [header, ...mints(wallet(0xdd), 3), `x,1,2,3,4,5,6,7,${wallet(0xdd)}`].join('\n'));
    const run = await cli.runHere(['import', bad, '--address', wallet(0xdd), '--json']);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ...{ read: 4, new: 0, known: 0, refused: 1, tokens: [] },
      error: {
        code: 'BAD_ROW',
        message: expect.stringMatching(/^bad\.csv:5, column block_number: expected a whole number/),
      },
    });
    const wrong: Array<[string[], RegExp]> = [
      [['import', bad], /--address: expected the contract/],
      [['import', bad, '--decimals', 'six'], /expected a whole number/],
      [['import', bad, '--address', wallet(1), '--payment-rule', 'some'], /--payment-rule: expected all, from:/],
      [['verify', 'NOBODY'], /No token is known as "NOBODY"/],
    ];
    for (const [args, message] of wrong)
      expect(await cli.runHere(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('tells what was committed before a row stopped the import, as JSON and as text', async () => {
    const token = wallet(0xef);
    const other = join(cli.folder, 'other.csv');
    const contradiction = mints(wallet(0xf1), 1, 9)[0]?.replace(/,5,(\S+)$/, ',6,$1') ?? '';
    await writeFile(other, [header, ...mints(token, 4), contradiction].join('\n'));
    const first = join(cli.folder, 'first.csv');
    await writeFile(first, [header, ...mints(wallet(0xf1), 1, 9)].join('\n'));
    expect(await cli.runHere(['import', first, '--address', wallet(0xf1)])).toMatchObject({ code: 0 });
    const run = await cli.runHere(['import', other, '--all-tokens', '--json']);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ...{ read: 5, new: 4, known: 0, refused: 1, interrupted: false },
      tokens: [
        { address: token, new: 4, known: 0 },
        { address: wallet(0xf1), new: 0, known: 0 },
      ],
      error: { code: 'BAD_ROW', message: expect.stringMatching(/^other\.csv:6, column value_raw: 6 contradicts 5 of/) },
    });
    const again = await cli.runHere(['import', other, '--all-tokens']);
    expect(again.stdout).toMatch(/^Before the error: 5 read, 0 new, 4 known, 1 refused in /);
    expect(again.stderr.match(/contradicts/g)).toHaveLength(1);
  });

  it('fails the audit of a token whose balances came out below 0, and says so after the import', async () => {
    const file = join(cli.folder, 'below.csv');
    await writeFile(
      file,
      [header, `1,1736121600,${hash(1)},0,0,${wallet(7)},${wallet(8)},5,${wallet(0xee)}`].join('\n'),
    );
    const environment = cli.another();
    const run = await cli.runHere(['import', file, '--address', wallet(0xee)], { environment });
    expect(run.stderr).toContain('1 addresses came out below 0');
    const verified = await cli.runHere(['verify'], { environment });
    expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining(`${wallet(7)} has -5`) });
  });
});
