import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackages, isRunnable } from './debian.js';
import { freePort } from './free-port.js';

/** A Redis server of a test's own, which the test may stop or kill. */
export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it in an orderly way and removes its directory. */
  stop(): Promise<void>;
  /** SIGKILL, as when a machine dies; the directory goes too. */
  kill(): Promise<void>;
}

/** Starts a `redis-server` on a free port (or the given one, to bring a killed one back) and resolves when it answers. */
export async function startRedis(options: { port?: number } = {}): Promise<OwnRedis> {
  const binary = ensureRedisServer();
  const attempts = options.port === undefined ? 5 : 1;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const started = await launch(binary, port);
    if (typeof started !== 'string') return started;
    // Between finding a free port and binding it another process may have taken it.
    if (attempt === attempts) throw new Error(`redis-server did not start on port ${port}:\n${started}`);
  }
}

/** Makes sure that a `redis-server` can be started: on the PATH, or installed now where that is possible; else throws the command to run. */
export function ensureRedisServer(): string {
  const binary = 'redis-server';
  if (isRunnable(binary)) return binary;
  if (installDebianPackages(['redis-server']) && isRunnable(binary)) return binary;
  throw new Error(
    'The tests need Redis and found no redis-server on the PATH. Install it (Debian: sudo apt-get install redis-server; ' +
      'macOS: brew install redis) or set TEST_REDIS_URL to a server that the tests may fill.',
  );
}

async function launch(binary: string, port: number): Promise<OwnRedis | string> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(binary, settings, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let log = '';
  const ready = await new Promise<boolean>((resolve) => {
    const look = (chunk: Buffer) => {
      log += chunk.toString();
      if (/ready to accept connections/i.test(log)) resolve(true);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => resolve(false));
    child.once('error', (error) => {
      log += error.message;
      resolve(false);
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  if (!ready || child.pid === undefined) {
    await rm(directory, { recursive: true, force: true });
    return log;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
