// Compiles src to dist. With --if-stale it compares modification times first, so that a second start does not feel it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

/** Compiles; with `ifStale` only when a source is newer than what was compiled last. Ends the process when it cannot. */
export function build({ ifStale }) {
  const inputs = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((file) => join(root, file));
  const newest = Math.max(newestIn(join(root, 'src')), ...inputs.map(modifiedAt));
  if (ifStale && existsSync(stamp) && readFileSync(stamp, 'utf8') === String(newest)) return;
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  process.stderr.write('Building (first start, or the sources changed) ...\n');
  // Somebody who starts the program waits for it: types are checked by npm run build and npm test.
  const options = ['-p', join(root, 'tsconfig.build.json'), ...(ifStale ? ['--noCheck'] : [])];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // The time of what was compiled, as text: file times lose digits. An edit made meanwhile is another time and is compiled next time.
  writeFileSync(stamp, String(newest));
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (newest, entry) => Math.max(newest, modifiedAt(join(entry.parentPath, entry.name))),
    0,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ ifStale: process.argv.includes('--if-stale') });
