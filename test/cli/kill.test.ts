import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom, hash, shuffled, wallet } from '../ingest/support.js';
import { createCli } from './support.js';

let cli: Awaited<ReturnType<typeof createCli>>;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

const header =
  'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw';
/** `bench/import.ts --kills 10` does the same with 200,000 rows. */
const count = process.env.TEST_MONGODB_URI ? 1_000 : 20_000;

it('an import of shuffled and doubled rows with a small heap, killed ten times, ends as one that ran through', async () => {
  const seed = 20_260;
  const random = createRandom(seed);
  const rows = Array.from({ length: count }, (_, i) => {
    const block = 1 + Math.floor(i / 4);
    const from = i < 500 ? wallet(0) : wallet(1 + (i % 500));
    const to = i < 500 ? wallet(1 + i) : wallet(1 + Math.floor(random() * 700));
    return `${block},${1_736_121_600 + block * 90},${hash(block)},0,${i % 4},${from},${to},${i < 500 ? 10 ** 12 : i}`;
  });
  const [straight, mixed] = [join(cli.folder, 'straight.csv'), join(cli.folder, 'mixed.csv')];
  await writeFile(straight, [header, ...rows].join('\n'));
  await writeFile(mixed, [header, ...shuffled([...rows, ...rows], seed)].join('\n'));
  const flags = ['--address', wallet(0xaa), '--symbol', 'K', '--json'];

  const environment = cli.another();
  expect(await cli.runHere(['import', straight, ...flags], { environment })).toMatchObject({ code: 0 });
  expect(await cli.runHere(['verify', '--dump', join(cli.folder, 'right')], { environment })).toMatchObject({
    code: 0,
  });

  const sorting = join(cli.folder, 'data', 'tmp');
  const folders = () => (existsSync(sorting) ? readdirSync(sorting) : []);
  for (let kill = 0; kill < 10; kill += 1) {
    // From the moment it begins to read, somewhere in reading, sorting and writing.
    const delay = random() * 1_500;
    await cli.run(['import', mixed, ...flags], {
      heap: 96,
      onSpawn: (child) => {
        const watch = setInterval(() => {
          if (!folders().some((name) => name.includes(`-${child.pid}-`))) return;
          clearInterval(watch);
          setTimeout(() => child.kill('SIGKILL'), delay);
        }, 5);
        child.on('close', () => clearInterval(watch));
      },
    });
  }
  const last = await cli.run(['import', mixed, ...flags], { heap: 96 });
  expect(last, last.stderr).toMatchObject({ code: 0 });
  const summary = JSON.parse(last.stdout);
  expect(summary).toMatchObject({ read: 2 * count, refused: 0 });
  expect(summary.new + summary.known).toBe(2 * count);
  expect(await cli.runHere(['verify', '--dump', join(cli.folder, 'found')])).toMatchObject({ code: 0 });
  expect(await readFile(join(cli.folder, 'found'), 'utf8')).toBe(await readFile(join(cli.folder, 'right'), 'utf8'));
  expect(folders()).toEqual([]);
}, 600_000);
