import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.js';

const binary = join(import.meta.dirname, '../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');

/** Why there is no real chain on this machine; undefined where there is. */
export const noAnvil: string | undefined = whyNot();

/** A real chain: a node with an EVM, in a process of its own. */
export interface Anvil {
  readonly url: string;
  /** Calls of the node, several in one HTTP request. Throws at the first error. */
  batch(calls: readonly AnvilCall[]): Promise<unknown[]>;
  ask<T>(method: string, params?: readonly unknown[]): Promise<T>;
  mine(blocks?: number): Promise<void>;
  /** Ends the process, with SIGKILL unless the state is to be kept, and starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Method and parameters. */
export type AnvilCall = readonly [method: string, params: readonly unknown[]];

/** Starts a node with chain id 31337 on a free port; with `automine: false` it makes a block only when told to. */
export async function startAnvil({ automine = true }: { automine?: boolean } = {}): Promise<Anvil> {
  if (noAnvil !== undefined) throw new Error(noAnvil);
  const folder = await mkdtemp(join(tmpdir(), 'anvil-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child = await launch({ port, folder, automine });
  let id = 0;

  const batch: Anvil['batch'] = async (calls) => {
    const body = calls.map(([method, params]) => ({ jsonrpc: '2.0', id: id++, method, params }));
    const first = id - calls.length;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answers = (await response.json()) as Array<{ id: number; result?: unknown; error?: { message: string } }>;
    const results: unknown[] = [];
    for (const { id: answered, result, error } of answers) {
      if (error) throw new Error(`${calls[answered - first]?.[0]}: ${error.message}`);
      results[answered - first] = result;
    }
    return results;
  };
  const ask: Anvil['ask'] = async <T>(method: string, params: readonly unknown[] = []) =>
    (await batch([[method, params]]))[0] as T;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    url,
    batch,
    ask,
    mine: async (blocks = 1) => {
      await ask('anvil_mine', [`0x${blocks.toString(16)}`]);
    },
    stop: () => stop(),
    restart: async () => {
      await stop();
      child = await launch({ port, folder, automine });
    },
    close: async () => {
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The state is loaded from the folder when it is there, and written to it at a SIGTERM. */
async function launch({ port, folder, automine }: Launch): Promise<ChildProcess> {
  const state = join(folder, 'state.json');
  const args = ['--port', String(port), '--chain-id', '31337', '--state', state, '--preserve-historical-states'];
  const quiet = [
    '--silent',
    '--accounts',
    '4',
    '--gas-limit',
    '3000000000',
    '--base-fee',
    '0',
    '--order',
    'fifo',
    '--auto-impersonate',
  ];
  const child = spawn(binary, [...args, ...quiet, ...(automine ? [] : ['--no-mining'])], { stdio: 'ignore' });
  for (let i = 0; i < 400; i += 1) {
    if (child.exitCode !== null) throw new Error(`anvil ended with ${child.exitCode}`);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.ok) return child;
    await pause(25);
  }
  child.kill('SIGKILL');
  throw new Error('anvil did not answer within ten seconds');
}

interface Launch {
  readonly port: number;
  readonly folder: string;
  readonly automine: boolean;
}

function whyNot(): string | undefined {
  if (!existsSync(binary)) return `anvil is there for Linux x64 only, not for ${process.platform} ${process.arch}`;
  const { status, error } = spawnSync(binary, ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : `anvil does not run here: ${error?.message ?? `it ends with ${status}`}`;
}
