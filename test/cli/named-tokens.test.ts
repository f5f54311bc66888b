import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hash, wallet } from '../ingest/support.js';
import { createCli } from './support.js';

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';

describe('a token that a command names', () => {
  let cli: Awaited<ReturnType<typeof createCli>>;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    cli = await createCli();
    const file = join(cli.folder, 'rows.csv');
    await writeFile(file, `${header}\n1,1736121600,${hash(1)},0,1,${wallet(0)},${wallet(2)},5`);
    for (const [n, symbol] of ['Usd', 'USD', 'Eur'].entries()) {
      const run = await cli.runHere(['import', file, '--address', wallet(0xa0 + n), '--symbol', symbol, '--json']);
      ids.set(symbol, JSON.parse(run.stdout).tokens[0].id);
    }
  });
  afterAll(() => cli.close());

  const symbols = async () => {
    const { stdout } = await cli.runHere(['verify', '--json']);
    return JSON.parse(stdout).tokens.map(({ symbol }: { symbol: string }) => symbol);
  };

  it('is refused where its symbol leaves several, which are named, and nothing is changed or deleted', async () => {
    for (const command of [
      ['delete', 'usd'],
      ['update', 'usd', '--name', 'X'],
      ['rebuild', 'usd'],
      ['verify', 'usd'],
    ]) {
      const run = await cli.runHere([...command, '--json']);
      expect([run.code, JSON.parse(run.stdout).error]).toEqual([
        1,
        { code: 'BAD_USER_INPUT', message: 'symbol: "usd" may be any of USD, Usd; give one of them exactly.' },
      ]);
    }
    expect(await symbols()).toEqual(['Eur', 'USD', 'Usd']);
  });

  it('is the exact one where one is written so, the only one in any case, or the one of an id or address', async () => {
    for (const [name, symbol] of [
      ['Usd', 'Usd'],
      ['USD', 'USD'],
      ['eur', 'Eur'],
      [ids.get('Usd') ?? '', 'Usd'],
      [wallet(0xa1).toUpperCase().replace('0X', '0x'), 'USD'],
    ] as const) {
      const { stdout } = await cli.runHere(['update', name, '--active', 'off', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ symbol, isActive: false });
    }
    expect(await cli.runHere(['delete', 'Usd'])).toMatchObject({ code: 0 });
    expect(await symbols()).toEqual(['Eur', 'USD']);
  });

  it('is verified with a dump only into a file that can be written', async () => {
    const run = await cli.runHere(['verify', '--dump', join(cli.folder, 'absent', 'dump'), '--json']);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout).error).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/^--dump: expected a file that can be written, got: ENOENT/),
    });
  });
});
