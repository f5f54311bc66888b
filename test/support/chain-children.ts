import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './program.js';

/** A process that feeds a token until it is killed. */
export interface SyncChild {
  readonly pid: number;
  /** What its runs ended with, one line each. */
  readonly said: readonly string[];
  begin(work: { tokenId: string; url: string }): void;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts processes ahead of their use: while one works, the next one loads. */
export function createChildren(environment: Readonly<Record<string, string>>) {
  build();
  const waiting: Array<Promise<SyncChild>> = [];
  const all: ChildProcess[] = [];
  const launch = (): void => void waiting.push(start(environment, all));
  return {
    next: async (): Promise<SyncChild> => {
      while (waiting.length < 3) launch();
      return waiting.shift() as Promise<SyncChild>;
    },
    close: async () => {
      // Those that were never used end while they load.
      for (const one of waiting) one.catch(() => undefined);
      const alive = all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      await Promise.all(
        alive.map((child) => {
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          return ended;
        }),
      );
    },
  };
}

async function start(environment: Readonly<Record<string, string>>, all: ChildProcess[]): Promise<SyncChild> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../chain/sync-child.mjs')], {
    env: { PATH: process.env.PATH, ...settings, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  all.push(child);
  const said: string[] = [];
  const loaded = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said.push(...chunk.toString().split('\n').filter(Boolean));
      resolve();
    });
    child.once('exit', () => reject(new Error('The process ended before it had loaded.')));
  });
  await loaded;
  return {
    pid: child.pid ?? 0,
    said,
    begin: (work) => void child.stdin.write(JSON.stringify(work)),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const settings = {
  CHAIN_ID: '31337',
  LEASE_MS: '400',
  SOURCE_TIMEOUT_MS: '1000',
  SOURCE_BUDGET_MS: '6000',
  BREAKER_RESET_MS: '50',
  RPC_RANGE_BLOCKS: '20',
};
