import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Measures an import on the embedded store: `npx tsx bench/import.ts --rows 1000000 [--shuffled] [--doubled] [--kills 10] [--heap 256]`.
 * Prints one line of JSON: seconds, rows a second, highest RssAnon; ends with `verify`. Needs `npm run build` first.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    wallets: { type: 'string', default: '50000' },
    days: { type: 'string', default: '180' },
    shuffled: { type: 'boolean', default: false },
    doubled: { type: 'boolean', default: false },
    kills: { type: 'string', default: '0' },
    heap: { type: 'string' },
    keep: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    cli: { type: 'string', default: 'dist/cli/main.js' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'bench-import-'));
const file = join(folder, 'transfers.csv');
const random = createRandom(Number(values.seed));
const cli = resolve(values.cli);

await writeRows();
const kills = Number(values.kills);
let highest = 0;
let killed = 0;
const startedAt = performance.now();
let code: number | null = null;
while (code !== 0) {
  const run = await runCli(['import', file, '--address', address(0), '--symbol', 'BENCH', '--json'], killed < kills);
  code = run.code;
  if (run.killed) killed += 1;
  else if (code !== 0) throw new Error(`The import ended with ${code}: ${run.stderr}`);
}
const seconds = (performance.now() - startedAt) / 1_000;
const verify = await runCli(['verify', '--json'], false);
const { clean } = JSON.parse(verify.stdout);
process.stdout.write(
  `${JSON.stringify({
    rows: Number(values.rows),
    shuffled: values.shuffled,
    doubled: values.doubled,
    killed,
    seconds: Number(seconds.toFixed(1)),
    rowsPerSecond: Math.round(Number(values.rows) / seconds),
    rssAnonMb: Math.round(highest / 1_024),
    verify: clean ? 'clean' : 'NOT CLEAN',
  })}\n`,
);
if (values.keep) process.stdout.write(`${folder}\n`);
else rmSync(folder, { recursive: true });
process.exitCode = clean ? 0 : 1;

async function writeRows(): Promise<void> {
  const rows = Number(values.rows);
  const blocks = Math.ceil(rows / 3);
  const step = (Number(values.days) * 86_400) / blocks;
  const lines: string[] = [];
  const balances = new Map<number, number>();
  for (let i = 0; i < rows; i += 1) {
    const block = 1 + Math.floor(i / 3);
    const time = 1_700_000_000 + Math.floor(block * step);
    const sender = 1 + pick();
    const balance = balances.get(sender) ?? 0;
    const receiver = 1 + pick();
    const value = balance === 0 ? 1_000_000_000 : Math.floor(random() * balance);
    if (balance > 0) balances.set(sender, balance - value);
    balances.set(receiver, (balances.get(receiver) ?? 0) + value);
    const from = balance === 0 ? `0x${'0'.repeat(40)}` : address(sender);
    const hash = `0x${(block * 2 + (i % 2)).toString(16).padStart(64, 'c')}`;
    lines.push(`${block},${time},${hash},${i % 2},${i % 3},${from},${address(receiver)},${value}`);
  }
  const all = values.doubled ? lines.concat(lines) : lines;
  if (values.shuffled) {
    for (let i = all.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [all[i], all[j]] = [all[j] ?? '', all[i] ?? ''];
    }
  }
  const out = createWriteStream(file);
  out.write(
    'block_number,block_timestamp,transaction_hash,transaction_index,log_index,from_address,to_address,value_raw\n',
  );
  for (let i = 0; i < all.length; i += 10_000) {
    if (!out.write(`${all.slice(i, i + 10_000).join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** Few wallets are busy, many are rare. */
function pick(): number {
  return Math.floor(random() ** 3 * Number(values.wallets));
}

function address(n: number): string {
  return `0x${(n * 2_654_435_761).toString(16).padStart(40, 'a')}`;
}

function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function runCli(args: string[], kill: boolean) {
  const heap = values.heap === undefined ? [] : [`--max-old-space-size=${values.heap}`];
  const environment = { ...process.env, DATA_DIR: join(folder, 'data'), MONGODB_URI: '', REDIS_URL: '' };
  const child = spawn(process.execPath, [...heap, cli, ...args], { env: environment });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part) => {
    stdout += part;
  });
  child.stderr.on('data', (part) => {
    stderr += part;
  });
  const watch = setInterval(() => {
    highest = Math.max(highest, rssAnon(child.pid));
  }, 200);
  // A life between a second and the time the rows would need: kills fall into reading, sorting and writing alike.
  const life = 1_000 + random() * (Number(values.rows) / 10);
  const killer = kill ? setTimeout(() => child.kill('SIGKILL'), life) : undefined;
  const [code, signal] = await once(child, 'close');
  clearInterval(watch);
  clearTimeout(killer);
  return { code: code as number | null, killed: signal === 'SIGKILL', stdout, stderr };
}

/** Anonymous memory in kB; 0 where the system does not tell. */
function rssAnon(pid: number | undefined): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
