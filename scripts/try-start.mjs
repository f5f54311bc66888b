// Starts the built program as a newcomer does, waits until it is ready, asks it a question, and ends it in an orderly way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const question = `{
  token(symbol: "lzar") {
    symbol decimals totalSupply
    freshness { epoch asOfTime }
    holders(limit: 3) { rank balance share }
    dailyMetrics(period: LAST_7_DAYS) { date dailyTxCount partial }
  }
}`;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'try-start-'));
const port = await freePort();
const started = performance.now();
// What `npm start` runs, without npm: npm itself dies of the signal that ends the program, and would hide its exit code.
const [command, ...args] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.start.split(' ');
const child = spawn(command, args, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PORT: String(port), DATA_DIR: folder, MONGODB_URI: '', REDIS_URL: '' },
});
const ended = once(child, 'exit');

try {
  await until('it answers', 120_000, () => ask('{ status { version demo } }'));
  say(`first answer after ${seconds()} s`);
  await until('the demo runs on the embedded store', 30_000, async () => {
    const { status } = await ask('{ status { demo database { healthy } } }');
    return status.demo && status.database.healthy ? status : undefined;
  });

  const token = await until('LZAR is filled', 60_000, async () => {
    const { token: found } = await ask(question);
    return Date.now() - Date.parse(found?.freshness.asOfTime ?? 0) < 30_000 ? found : undefined;
  });
  say(`LZAR is filled after ${seconds()} s`);
  assert.equal(token.symbol, 'LZAR');
  assert.equal(token.decimals, 18);
  assert.match(token.totalSupply, /^\d+(\.\d+)?$/);
  assert.equal(token.holders.length, 3);
  assert.equal(token.dailyMetrics.length, 7);
  assert.equal(token.dailyMetrics.at(-1).partial, true);
  say(JSON.stringify(token));

  child.kill('SIGTERM');
  const [code, signal] = await within(15_000, ended, 'it ends after SIGTERM');
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  say('ended with exit code 0');
} finally {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function ask(query) {
  const response = await fetch(`http://localhost:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Tries until there is a value; what went wrong last is told when the time is over or the program has ended. */
async function until(what, limitMs, attempt) {
  const deadline = Date.now() + limitMs;
  let problem = 'no answer yet';
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      problem = error;
    }
    await delay(50);
  }
  throw new Error(`Expected within ${limitMs / 1_000} s: ${what}`, { cause: problem });
}

async function within(limitMs, promise, what) {
  const timer = new AbortController();
  const late = delay(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Expected within ${limitMs / 1_000} s: ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}

function seconds() {
  return ((performance.now() - started) / 1_000).toFixed(1);
}

function say(text) {
  console.log(`try-start: ${text}`);
}
