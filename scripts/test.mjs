// Everything that has to hold: lint, types, build, and all tests, which check schema, generated client and documents for staleness too.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'tests-'));
const countsFile = join(scratch, 'counts.json');
const results = [];

/** The script behind a command of a dependency. */
const bin = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);

const vitest = ['--reporter=default', '--reporter=./scripts/skip-reporter.mjs'];
const steps = {
  setUp: { name: 'set-up', args: ['--import', 'tsx', 'scripts/prepare-tests.ts'] },
  lint: { name: 'lint', args: [bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings', '.'] },
  types: { name: 'types', args: [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  build: { name: 'build', args: ['scripts/build.mjs'] },
  tests: { name: 'tests', args: [bin('vitest', 'vitest.mjs'), 'run', ...vitest, ...process.argv.slice(2)], live: true },
};

await run(steps.setUp);
// The compiler takes one core for its time: beside it there is room for lint and build, one after the other.
await Promise.all([run(steps.types), run(steps.lint).then(() => run(steps.build))]);
await run(steps.tests);
summarize();

/** Runs a step; its output is shown as it comes when `live`, else only when it fails. */
function run({ name, args, live = false }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, TEST_COUNTS_FILE: countsFile };
    const stdio = ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => (output += error.message));
    child.once('close', (status) => {
      const seconds = (performance.now() - start) / 1_000;
      const isOk = status === 0;
      results.push({ name, isOk, seconds });
      console.log(`${isOk ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s`);
      if (!isOk && !live) console.log(output.trimEnd());
      resolve();
    });
  });
}

function summarize() {
  const counts = readCounts();
  const failedSteps = results.filter(({ isOk }) => !isOk).map(({ name }) => name);
  const failedOther = failedSteps.filter((name) => name !== 'tests').length;
  const failedTests = failedSteps.includes('tests') ? Math.max(1, counts.failed) : counts.failed;
  console.log('\nWall time');
  for (const { name, isOk, seconds } of results) {
    console.log(`  ${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${isOk ? 'ok' : 'FAILED'}`);
  }
  console.log(`  ${'total'.padEnd(8)} ${(performance.now() / 1_000).toFixed(1).padStart(6)} s`);
  if (counts.skipped > 0) console.log(`${counts.skipped} tests did not run; their reasons are listed above.`);
  const failed = failedOther + failedTests;
  console.log(`${counts.passed + results.length - 1 - failedOther} passed, ${failed} failed`);
  rmSync(scratch, { recursive: true, force: true });
  process.exitCode = failed === 0 ? 0 : 1;
}

function readCounts() {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8'));
  } catch {
    // The test runner did not get as far as counting, which its own status tells.
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
