import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Runs the built command line to its end. */
export async function runCli({
  args,
  environment,
}: {
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
}) {
  return runToEnd({ file: 'dist/cli/main.js', args, environment });
}

/** Runs the built gateway until it ends by itself: for starts that are refused. */
export async function runProgram({ environment }: { environment: Readonly<Record<string, string>> }) {
  return runToEnd({ file: 'dist/main.js', args: [], environment: { PORT: '0', ...environment }, timeout: 45_000 });
}

/** A running gateway, started as a user starts it. */
export interface RunningGateway {
  readonly url: string;
  readonly child: ChildProcess;
  readonly banner: string;
  /** What it has written to stderr. */
  readonly log: string;
  ask(query: string, options?: { variables?: object; headers?: Record<string, string> }): Promise<Answer>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

/** A GraphQL answer. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: ReadonlyArray<{ message: string; extensions: Record<string, unknown> }>;
  readonly extensions?: { freshness?: ReadonlyArray<{ path: unknown[]; outcome: string; epoch: string }> };
}

/** Starts the built program on a free port and waits for its banner and for readiness. */
export async function startProgram({
  environment,
}: {
  environment: Readonly<Record<string, string>>;
}): Promise<RunningGateway> {
  build();
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], {
    env: { ...inherited(), PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let banner = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      banner += chunk;
      const found = /http:\/\/[^/\s]+(?=\/graphql)/.exec(banner);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) =>
      reject(new Error(`The program ended with ${code} before it listened:\n${banner}${errors}`)),
    );
  });
  await ready(url, child);
  return {
    url,
    child,
    get banner() {
      return banner;
    },
    get log() {
      return errors;
    },
    ask: async (query, { variables = {}, headers = {} } = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      return code as number | null;
    },
  };
}

async function runToEnd({ file, args, environment, timeout }: ToEnd) {
  build();
  const child = spawn(process.execPath, [join(root, file), ...args], {
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A program that does not end is not to outlive the test that waits for it.
    timeout,
  });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, output, errors };
}

interface ToEnd {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What a test was started with would otherwise configure the program. */
function inherited(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}

/** Compiles the program when a source is newer than what is compiled. */
export function build(): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The program does not compile: npm run build');
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The program ended with ${child.exitCode} before it was ready.`);
    const response = await fetch(`${url}/ready`);
    await response.arrayBuffer();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}
