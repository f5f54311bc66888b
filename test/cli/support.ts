import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { runCommandLine } from '../../src/cli/program.js';

/** What a run of the command line left. */
export interface CliRun {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place of its own for the command line: a folder for files, a database, and the command that uses both. */
export async function createCli() {
  const folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
  const environment = environmentOf(folder, 'data');
  return {
    folder,
    environment,
    /** Runs a command in a process of its own; `onSpawn` may end it earlier. */
    run: (args: readonly string[], options: RunOptions = {}) => runCli(args, { environment, ...options }),
    /** Runs a command to its end inside this process, which is quicker. */
    runHere: async (args: readonly string[], options: Pick<RunOptions, 'environment'> = {}): Promise<CliRun> => {
      const texts = { stdout: '', stderr: '' };
      const code = await runCommandLine({
        argv: args,
        environment: options.environment ?? environment,
        stdout: (text) => {
          texts.stdout += text;
        },
        stderr: (text) => {
          texts.stderr += text;
        },
      });
      return { code, signal: null, ...texts };
    },
    /** Environment of another database beside the first. */
    another: (name = 'other') => environmentOf(folder, name),
    close: async () => {
      for (const { uri } of servers.splice(0)) {
        const connection = await mongoose.createConnection(uri).asPromise();
        await connection.dropDatabase();
        await connection.close();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Megabytes of JavaScript heap. */
  readonly heap?: number;
  readonly onSpawn?: (child: ChildProcess) => void;
}

const servers: Array<{ uri: string }> = [];

function environmentOf(folder: string, name: string): Record<string, string> {
  const server = process.env.TEST_MONGODB_URI;
  if (!server) return { DATA_DIR: join(folder, name), MONGODB_URI: '' };
  const uri = new URL(server);
  uri.pathname = `/test_${randomBytes(6).toString('hex')}`;
  servers.push({ uri: uri.toString() });
  return { DATA_DIR: join(folder, name), MONGODB_URI: uri.toString(), MONGODB_TIMEOUT_MS: '60000' };
}

async function runCli(args: readonly string[], { environment, heap, onSpawn }: RunOptions): Promise<CliRun> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const limits = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const child = spawn(process.execPath, [...limits, '--import', 'tsx', main, ...args], {
    env: { ...process.env, REDIS_URL: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => {
    texts.stdout += part;
  });
  child.stderr.on('data', (part) => {
    texts.stderr += part;
  });
  onSpawn?.(child);
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...texts };
}
