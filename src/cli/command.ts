import type { Command } from 'commander';
import type { Connections } from './connect.js';
import type { Output } from './output.js';

/** Declares one command: its words, its help, and what it runs. */
export type AddCommand = (program: Command, run: Runners) => void;

/** How a command is run; each ends with the exit code of the process. */
export interface Runners {
  /** With an open database and cache, which are closed after it. */
  readonly connected: (
    json: true | undefined,
    command: (connections: Connections, output: Output) => Promise<number>,
  ) => Promise<void>;
  /** With nothing opened: for what has to work when something cannot be opened. */
  readonly alone: (
    json: true | undefined,
    command: (environment: Readonly<Record<string, string | undefined>>, output: Output) => Promise<number>,
  ) => Promise<void>;
}
