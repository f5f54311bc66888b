// Runs a program of src, compiled first when that is needed: `node scripts/run.mjs main`, `node scripts/run.mjs cli/main import ...`.
// It runs in this process, with no shell between npm and it, so that a signal reaches it and its exit code comes back.
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

await build({ ifStale: true });
const [program = 'main'] = process.argv.splice(2, 1);
const compiled = new URL(`../dist/${program}.js`, import.meta.url);
process.argv[1] = fileURLToPath(compiled);
await import(compiled.href);
