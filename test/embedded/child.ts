import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export interface ServingChild {
  readonly uri: string;
  readonly socketPath: string;
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Lets the process end by itself; resolves to its exit code. */
  end(): Promise<number | null>;
}

/** Starts a process that serves `dataDir`, from the sources or from a compiled script; resolves once it listens. */
export async function startChild(dataDir: string, script?: string): Promise<ServingChild> {
  const source = fileURLToPath(new URL('./serve.ts', import.meta.url));
  const program = script === undefined ? ['--import', 'tsx', source] : [script];
  const child = spawn(process.execPath, [...program, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { uri, socketPath } = await firstLine(child);
  const exit = once(child, 'exit');
  return {
    uri,
    socketPath,
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    end: async () => {
      child.stdin.end();
      const [code] = await exit;
      return code;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<{ uri: string; socketPath: string }> {
  if (child.stdout === null) throw new Error('The child needs a pipe for its output.');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  if (typeof line[0] !== 'string') throw new Error(`The server ended before it listened, with exit code ${line[0]}.`);
  return JSON.parse(line[0]);
}
