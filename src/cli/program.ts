import { Command, CommanderError } from 'commander';
import { addAudit } from './audit.js';
import { addBackfill } from './backfill.js';
import { addDelete, addUpdate } from './change-token.js';
import type { AddCommand, Runners } from './command.js';
import { type Connections, connect } from './connect.js';
import { addDoctor } from './doctor.js';
import { addImport } from './import.js';
import { addMigrate } from './migrate.js';
import { createOutput, type Output } from './output.js';
import { addRebuild } from './rebuild.js';
import { addSeedTokens } from './seed-tokens.js';
import { addStatus } from './status.js';
import { addSync } from './sync.js';
import { addVerify } from './verify.js';

/** Where the command line meets the process. */
export interface CommandLine {
  /** Words after the name of the program. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs one command line to its end and gives the exit code. */
export async function runCommandLine(edge: CommandLine): Promise<number> {
  let code = 0;
  const guarded = async (json: true | undefined, work: (output: Output) => Promise<number>): Promise<void> => {
    const output = createOutput({ json: json ?? false, ...edge });
    code = await work(output).catch((error: unknown) => output.failure(error));
  };
  const run: Runners = {
    alone: (json, command) => guarded(json, (output) => command(edge.environment, output)),
    connected: (json, command) =>
      guarded(json, async (output) => {
        const connections: Connections = await connect(edge.environment, output.note);
        try {
          return await command(connections, output);
        } finally {
          await connections.close();
        }
      }),
  };
  const program = new Command('cli')
    .exitOverride()
    .configureOutput({ writeOut: edge.stdout, writeErr: edge.stderr })
    .description(
      'Fills and checks the database that the gateway of the same environment (MONGODB_URI or DATA_DIR) answers from.',
    )
    .showHelpAfterError('(--help lists what there is)');
  for (const add of commands) add(program, run);
  try {
    await program.parseAsync([...edge.argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode;
  }
  return code;
}

/** The commands in the order of the help. */
const commands: readonly AddCommand[] = [
  ...[addImport, addSeedTokens, addSync, addBackfill, addUpdate, addDelete],
  ...[addStatus, addDoctor, addVerify, addAudit, addRebuild, addMigrate],
];
