import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ABORT } from 'lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closeEnvironment, openEnvironment } from '../../../src/embedded/storage/environment.js';
import { temporaryDirectory } from './harness.js';

const rounds = 6;

describe.runIf(process.platform === 'linux')('a writer killed in the moment in which it is woken', () => {
  it('takes no wake-up with it: the next in line goes on', { timeout: 60_000 }, async () => {
    const path = temporaryDirectory();
    const environment = await openEnvironment(path);
    onTestFinished(() => closeEnvironment(environment));
    const { root } = environment;
    const [survivor, ...victims] = await Promise.all(
      Array.from({ length: rounds + 1 }, (_, at) => startWaiter(path, join(temporaryDirectory(), `mark-${at}`))),
    );
    for (const victim of victims) {
      root.transactionSync(() => {
        victim.waitsForItsTurn();
        survivor!.waitsForItsTurn();
        return ABORT;
      });
      // The mutex went free and is taken again before the one that was woken can run.
      root.transactionSync(() => {
        victim.process.kill('SIGKILL');
        until(() => stateOf(victim.process) === 'Z');
        return ABORT;
      });
      await expect(survivor!.written()).resolves.toBeUndefined();
    }
  });
});

interface Waiter {
  readonly process: ChildProcess;
  /** Has it write, and blocks until it waits for the lock. */
  waitsForItsTurn(): void;
  /** Resolves when it has written; fails when that does not come about. */
  written(): Promise<void>;
}

async function startWaiter(path: string, mark: string): Promise<Waiter> {
  const script = fileURLToPath(new URL('./waiter.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, mark], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout! });
  await once(lines, 'line');
  return {
    process: child,
    waitsForItsTurn() {
      rmSync(mark, { force: true });
      child.kill('SIGUSR2');
      until(() => existsSync(mark));
      let seenAsleep = 0;
      until(() => {
        seenAsleep = stateOf(child) === 'S' ? seenAsleep + 1 : 0;
        return seenAsleep === 5;
      });
    },
    async written() {
      await once(lines, 'line', { signal: AbortSignal.timeout(3_000) });
    },
  };
}

/** The state of the main thread: S while it waits, Z when it was killed. */
function stateOf({ pid }: ChildProcess): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

/** Blocks this thread, which holds the lock, until something is so. */
function until(condition: () => boolean): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not so after five seconds: ${condition}`);
    Atomics.wait(pause, 0, 0, 1);
  }
}
