import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, hash, wallet } from '../ingest/support.js';
import { createCli } from './support.js';

const columns = 'block_number,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
const monday = 1_736_121_600;

describe('the flags of import', () => {
  let cli: Awaited<ReturnType<typeof createCli>>;
  beforeAll(async () => {
    cli = await createCli();
  });
  afterAll(() => cli.close());

  const write = async (name: string, ...lines: string[]) => {
    const path = join(cli.folder, name);
    await writeFile(path, `${lines.join('\n')}\n`);
    return path;
  };
  const run = async (args: readonly string[], options: Parameters<typeof cli.runHere>[1] = {}) => {
    const done = await cli.runHere([...args, '--json'], options);
    expect(done, done.stderr + done.stdout).toMatchObject({ code: 0 });
    return JSON.parse(done.stdout);
  };
  /** Rows of the canonical dump of one token. */
  const dumped = async (collection: string, address: string) => {
    const path = join(cli.folder, 'dump');
    await run(['verify', '--dump', path]);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const rows: Array<[string, string, Record<string, unknown>]> = lines.map((line) => JSON.parse(line));
    return rows.filter(([name, owner]) => name === collection && owner === address).map(([, , row]) => row);
  };

  it('--tokens names the tokens of a file with many, and what it leaves open is assumed', async () => {
    const rows = await write(
      'many.csv',
      `${columns},block_timestamp,token_address`,
      ...[wallet(0xa1), wallet(0xa2), wallet(0xa3)].map(
        (token, log) => `1,${hash(1)},0,${log},${wallet(0)},${wallet(5)},7,${monday},${token}`,
      ),
    );
    const tokens = await write(
      'tokens.csv',
      'address,symbol,name,decimals',
      `${wallet(0xa1)},ONE,Number One,6`,
      `${wallet(0xa2)},TWO,,`,
      `${wallet(0xff)},ABSENT,Not in the file,2`,
    );
    const summary = await run(['import', rows, '--all-tokens', '--tokens', tokens]);
    expect(summary.tokens.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['ONE', 'TWO', wallet(0xa3)]);
    const stored = [];
    for (const n of [0xa1, 0xa2, 0xa3, 0xff]) stored.push(...(await dumped('tokens', wallet(n))));
    expect(stored).toMatchObject([
      { symbol: 'ONE', name: 'Number One', decimals: 6, decimalsAssumed: false },
      { symbol: 'TWO', name: 'TWO', decimals: 18, decimalsAssumed: true },
      { symbol: wallet(0xa3), name: wallet(0xa3), decimals: 18, decimalsAssumed: true },
    ]);
  });

  it('--prices takes prices alone or beside transfers', async () => {
    const prices = await write(
      'prices.csv',
      'timestamp,price,volume',
      `${monday},1.234567895,10`,
      '2025-01-06T01:00:00Z,2,',
    );
    const summary = await run(['import', '--address', wallet(0xb1), '--symbol', 'PRICED', '--prices', prices]);
    expect(summary).toMatchObject({ read: 2, new: 2 });
    expect(await dumped('tokenPriceData', wallet(0xb1))).toEqual([
      { timestamp: '2025-01-06T00:00:00.000Z', price: '1.2345679', volume: '10' },
      { timestamp: '2025-01-06T01:00:00.000Z', price: '2', volume: '0' },
    ]);
  });

  it('--block-times gives the times that rows do not have', async () => {
    const rows = await write('timeless.csv', columns, `7,${hash(7)},0,0,${wallet(0)},${wallet(5)},7`);
    const times = await write('times.csv', 'block_number,block_timestamp', `6,${monday}`, `7,${monday + 60}`);
    const flags = ['import', rows, '--address', wallet(0xc1), '--symbol', 'TIMED'];
    expect(await cli.runHere(flags)).toMatchObject({ code: 1, stderr: expect.stringContaining('--block-times') });
    await run([...flags, '--block-times', times]);
    expect(await dumped('transactionActivity', wallet(0xc1))).toMatchObject([
      { blockNumber: 7, timestamp: '2025-01-06T00:01:00.000Z' },
    ]);
  });

  it('--payment-rule says what a payment is, and counts anew when it is given later', async () => {
    const rows = await write(
      'paid.csv',
      `${columns},block_timestamp,method_id`,
      `1,${hash(1)},0,0,${wallet(0)},${wallet(1)},100,${monday},`,
      `2,${hash(2)},0,0,${wallet(1)},${wallet(2)},3,${monday + 1},0xa9059cbb`,
      `3,${hash(3)},0,0,${wallet(2)},${wallet(1)},1,${monday + 2},0x23b872dd`,
    );
    const flags = ['import', rows, '--address', wallet(0xd1), '--symbol', 'PAID'];
    const weeks = async (rule?: string) => {
      await run(rule === undefined ? flags : [...flags, '--payment-rule', rule]);
      const found = await dumped('weeklyPayments', wallet(0xd1));
      return found.map(({ paymentCount }) => paymentCount);
    };
    expect(await weeks(`from:${wallet(1)}`)).toEqual([1]);
    expect(await weeks()).toEqual([1]);
    expect(await weeks('all')).toEqual([2]);
    expect(await weeks('methods:0x23b872dd,0xa9059cbb')).toEqual([2]);
    expect(await weeks(`from:${wallet(9)}`)).toEqual([]);
  });

  it('--opening-block lets an import with opening balances be split over files and processes', async () => {
    const random = createRandom(11);
    const address = wallet(0xe1);
    const rows = Array.from({ length: 400 }, (_, i) => {
      const block = 100 + Math.floor(i / 3);
      const [from, to] = [wallet(1 + Math.floor(random() * 20)), wallet(1 + Math.floor(random() * 30))];
      return `${block},${hash(i)},0,${i % 3},${from},${to},${i},${monday + block * 900}`;
    });
    const header = `${columns},block_timestamp`;
    const openings = await write(
      'openings.csv',
      'address,balance_raw',
      ...Array.from({ length: 25 }, (_, i) => `${wallet(i + 1)},${10 ** 6 + i}`),
    );
    const whole = await write('whole.csv', header, ...rows);
    const early = await write('early.csv', header, ...rows.slice(0, 210));
    const late = await write('late.csv', header, ...rows.slice(190));
    const flags = ['--address', address, '--symbol', 'SPLIT', '--opening-balances', openings];
    const dumpOf = async (environment: Record<string, string>) => {
      const path = join(cli.folder, 'split-dump');
      await run(['verify', '--dump', path], { environment });
      return readFile(path, 'utf8');
    };

    const [one, two, three] = [cli.another('whole'), cli.another('files'), cli.another('processes')];
    await run(['import', whole, ...flags], { environment: one });
    const wanted = await dumpOf(one);
    expect(wanted.match(/"transactionActivity"/g)).toHaveLength(400);
    expect(wanted).toContain('"openingBlock":100');
    const split = [...flags, '--opening-block', '100'];
    await run(['import', late, ...split], { environment: two });
    await run(['import', early, ...split], { environment: two });
    expect(await dumpOf(two)).toBe(wanted);
    const runs = [early, late].map((file) => cli.run(['import', file, ...split, '--json'], { environment: three }));
    for (const done of await Promise.all(runs)) expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await dumpOf(three)).toBe(wanted);

    // Without the block, the part that comes first says what the opening block is, and earlier rows are refused.
    const four = cli.another('unsaid');
    await run(['import', late, ...flags], { environment: four });
    const refused = await cli.runHere(['import', early, '--address', address], { environment: four });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('opening balances belong to') });
  });
});
