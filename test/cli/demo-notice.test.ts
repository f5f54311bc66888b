import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createDatabase } from '../../src/database.js';
import { createLease } from '../../src/ingest/lease.js';
import { hash, wallet } from '../ingest/support.js';
import { createCli } from './support.js';

let cli: Awaited<ReturnType<typeof createCli>>;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

it('every import beside a running demo says that a restart leaves it, and none when the demo is over', async () => {
  const environment = { DATA_DIR: join(cli.folder, 'beside'), MONGODB_URI: '' };
  const { database: settings } = readConfig(environment);
  const importRow = async (n: number) => {
    const file = join(cli.folder, `${n}.csv`);
    const header =
      'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
    await writeFile(file, `${header}\n${n},${1_736_121_600 + n},${hash(n)},0,0,${wallet(0)},${wallet(1)},5`);
    const run = await cli.runHere(['import', file, '--address', wallet(0xaa)], { environment });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    return run.stderr.includes('shows the demo: restart it');
  };
  expect(await importRow(1)).toBe(false);
  const demo = await createDatabase({ config: { ...settings, dataDir: join(settings.dataDir, 'demo') }, demo: true });
  const lease = createLease({ database: demo, name: 'demo', lifeMs: 60_000 });
  try {
    expect(await importRow(2)).toBe(false);
    await lease.hold();
    expect([await importRow(3), await importRow(4), await importRow(4)]).toEqual([true, true, true]);
    await lease.release();
    expect(await importRow(5)).toBe(false);
  } finally {
    await demo.close();
  }
});
