// Compiles src to dist, file by file: esbuild takes less than a second, so that a first start is not felt much either.
// With --if-stale it compares modification times first, so that a second start does not feel it at all. Types are checked by npm test.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

/** Compiles; with `ifStale` only when the sources are others than those compiled last. Throws when it cannot. */
export async function build({ ifStale }) {
  const sources = filesIn(join(root, 'src')).filter((file) => file.endsWith('.ts'));
  const inputs = ['package.json', 'tsconfig.json'].map((file) => join(root, file));
  // As text: file times lose digits. An edit made while this compiles is another state and is compiled next time.
  const state = `${sources.length} files, ${Math.max(...[...sources, ...inputs].map((file) => statSync(file).mtimeMs))}`;
  if (ifStale && existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  process.stderr.write('Building (first start, or the sources changed) ...\n');
  const { build: compile } = await import('esbuild');
  await compile({
    absWorkingDir: root,
    entryPoints: sources,
    outbase: 'src',
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    tsconfig: 'tsconfig.json',
    logLevel: 'warning',
  });
  writeFileSync(stamp, state);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ ifStale: process.argv.includes('--if-stale') });
