// Makes sure, before the first test, that what the tests start is there; installs it on Debian as root, else names the commands to run.
import { ensureChromium } from '../test/support/chromium.js';
import { installDebianPackages, isRunnable } from '../test/support/debian.js';
import { ensureRedisServer } from '../test/support/redis.js';

const problems: string[] = [];
const attempt = (ensure: () => unknown): void => {
  try {
    ensure();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
};

if (!process.env.TEST_REDIS_URL) attempt(ensureRedisServer);
attempt(ensureChromium);
// Python carries the second MongoDB server that the embedded store is compared with; where there is none, that suite says so.
if (!isRunnable('python3', ['-c', 'import venv, ensurepip'])) installDebianPackages(['python3', 'python3-venv']);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
