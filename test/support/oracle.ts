import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A second MongoDB server, written by others, to compare with: secantusdb in a Python environment of the project. */
export interface Oracle {
  readonly uri: string;
  stop(): Promise<void>;
}

/** Why there is no second server on this machine. */
export interface NoOracle {
  readonly reason: string;
}

/** Installs the pinned version into `.oracle` when it is absent; answers the launcher or the reason why there is none. */
export async function prepareOracle(): Promise<{ launcher: string } | NoOracle> {
  if (isReady()) return { launcher };
  const release = await lockInstallation();
  try {
    return isReady() ? { launcher } : await install();
  } finally {
    await release();
  }
}

/** Starts the second server on a free port with an empty directory. */
export async function startOracle(): Promise<Oracle> {
  const prepared = await prepareOracle();
  if ('reason' in prepared) throw new Error(prepared.reason);
  const directory = await mkdtemp(join(tmpdir(), 'oracle-'));
  const child = spawn(prepared.launcher, ['--port', '0', '--storage-path', directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  const port = await new Promise<string | undefined>((found) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const line = /listening on 127\.0\.0\.1:(\d+)/.exec(log);
      if (line !== null) found(line[1]);
    });
    child.once('exit', () => found(undefined));
    child.once('error', () => found(undefined));
  });
  const stop = async () => {
    // It keeps nothing worth an orderly end, which would take seconds.
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  if (port === undefined) {
    await stop();
    throw new Error(`secantusdb did not start:\n${log}`);
  }
  return { uri: `mongodb://127.0.0.1:${port}/?directConnection=true`, stop };
}

const pin = 'secantusdb==0.7.0b3';
const environment = resolve('.oracle');
const launcher = join(environment, 'bin', 'secantusd-py');
const marker = join(environment, 'installed');

function isReady(): boolean {
  return existsSync(launcher) && existsSync(marker) && readFileSync(marker, 'utf8') === pin;
}

async function install(): Promise<{ launcher: string } | NoOracle> {
  const python = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'].find(isSupported);
  if (python === undefined) return { reason: `${pin} needs Python 3.10 to 3.13, and none is on the PATH` };
  console.log(`Installing ${pin} into .oracle (once, about 15 s)`);
  const pip = join(environment, 'bin', 'pip');
  const steps: [string, string[]][] = [
    [python, ['-m', 'venv', '--clear', environment]],
    [pip, ['install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '15', pin]],
  ];
  for (const [command, options] of steps) {
    const { status, stderr, error } = spawnSync(command, options, { encoding: 'utf8' });
    if (status !== 0) {
      const problem = (error?.message ?? stderr).trim().split('\n').at(-1);
      return { reason: `'${command} ${options.join(' ')}' failed: ${problem}` };
    }
  }
  await writeFile(marker, pin);
  return { launcher };
}

function isSupported(python: string): boolean {
  const check = 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))';
  return spawnSync(python, ['-c', check], { stdio: 'ignore' }).status === 0;
}

/** Test files run side by side: one installs, the others wait for it. */
async function lockInstallation(): Promise<() => Promise<void>> {
  const path = join(tmpdir(), `oracle-${Buffer.from(environment).toString('base64url').slice(-80)}.lock`);
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isAbandoned(path)) await rm(path, { force: true });
      else await wait(100);
    }
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (holder === 0) return false;
  try {
    process.kill(holder, 0);
    return false;
  } catch {
    return true;
  }
}
