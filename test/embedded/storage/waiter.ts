import { writeFileSync } from 'node:fs';
import { createQueryLanguage } from '../../../src/embedded/query/index.js';
import { openStorage } from '../../../src/embedded/storage/index.js';

/**
 * A process of its own that writes one row at each SIGUSR2: makes the file MARK just before, and prints a line once the
 * row is acknowledged. Prints a line too when it is ready.
 */
const [path, mark] = process.argv.slice(2);
if (path === undefined || mark === undefined) throw new Error('Usage: waiter.ts DIRECTORY MARK');
const storage = await openStorage({ path, language: createQueryLanguage() });
process.on('SIGUSR2', async () => {
  writeFileSync(mark, '');
  await storage.run((transaction) => transaction.insert('test.rows', { pid: process.pid }));
  process.stdout.write('written\n');
});
process.stdin.resume();
process.stdout.write('ready\n');
