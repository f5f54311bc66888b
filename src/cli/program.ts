import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ImportRequest } from '../services/import-request.js';
import { parsePaymentRule } from '../services/payment-rule-text.js';
import { runDelete, runUpdate } from './change-token.js';
import { type Connections, connect } from './connect.js';
import { runImport } from './import.js';
import { runMigrate } from './migrate.js';
import { createOutput, type Output } from './output.js';
import { runRebuild } from './rebuild.js';
import { runVerify } from './verify.js';

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
  const run: RunCommand = async (json, command) => {
    const output = createOutput({ json: json ?? false, ...edge });
    let connections: Connections | undefined;
    try {
      connections = await connect(edge.environment, output.note);
      code = await command(connections, output);
    } catch (error) {
      code = output.failure(error);
    } finally {
      await connections?.close();
    }
  };
  try {
    await buildProgram(edge, run).parseAsync([...edge.argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode;
  }
  return code;
}

/** Runs a command with open connections. */
type RunCommand = (
  json: true | undefined,
  command: (connections: Connections, output: Output) => Promise<number>,
) => Promise<void>;

function buildProgram(edge: CommandLine, run: RunCommand): Command {
  const program = new Command('cli')
    .exitOverride()
    .configureOutput({ writeOut: edge.stdout, writeErr: edge.stderr })
    .description(
      'Fills and checks the database that the gateway of the same environment (MONGODB_URI or DATA_DIR) answers from.',
    )
    .showHelpAfterError('(--help lists what there is)');

  program
    .command('import')
    .description(
      'Imports transfers from CSV or JSON lines, plain or .gz. The same rows may come again, in any order and in parts.',
    )
    .argument('[files...]', 'files of transfers, by header names: ours or those of Ethereum ETL')
    .option('--address <address>', 'contract of the token whose rows are taken')
    .option('--all-tokens', 'every token of the files, by their column token_address')
    .option('--tokens <file>', 'address, symbol, name, decimals of the tokens, with --all-tokens')
    .option('--symbol <symbol>', 'symbol of a new token (default: its address)')
    .option('--name <name>', 'name of a new token (default: its symbol)')
    .option('--decimals <n>', 'decimals of the token (default: 18, marked as assumed)', toWhole)
    .option('--chain-id <n>', 'chain of a new token (default: CHAIN_ID)', toWhole)
    .option('--opening-balances <file>', 'address, balance_raw: the state before the opening block')
    .option('--opening-block <n>', 'that block (default: the lowest of the import)', toWhole)
    .option('--prices <file>', 'timestamp, price, volume in USD')
    .option('--block-times <file>', 'block_number, block_timestamp, for transfers without a time')
    .option('--payment-rule <rule>', 'all, from:0x..,0x.. or methods:0x12345678,..: which transfers are payments')
    .addOption(
      new Option('--on-error <mode>', 'what a bad row of transfers or prices does')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--json', 'one JSON object on stdout')
    .action((files: string[], { tokens, paymentRule, json, ...flags }: ImportFlags) =>
      run(json, (connections, output) =>
        runImport(connections, output, {
          ...flags,
          files,
          tokensFile: tokens,
          paymentRule: paymentRule === undefined ? undefined : parsePaymentRule(paymentRule),
        }),
      ),
    );

  program
    .command('verify')
    .description('Compares every rollup, balance and count with a recomputation from the stored transfers.')
    .argument('[tokens...]', 'id, address or symbol; all tokens when none is named')
    .option('--dump <file>', 'also writes the canonical dump: equal data gives equal lines')
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { dump, json }: { dump?: string; json?: true }) =>
      run(json, (connections, output) => runVerify(connections, output, { names, dump })),
    );

  program
    .command('rebuild')
    .description('Makes rollups, holders and totals anew where they differ from the stored transfers.')
    .argument('[tokens...]', 'id, address or symbol; all tokens when none is named')
    .option('--json', 'one JSON object on stdout')
    .action((names: string[], { json }: { json?: true }) =>
      run(json, (connections, output) => runRebuild(connections, output, names)),
    );

  program
    .command('migrate')
    .description('Brings the database to the format of this program.')
    .option('--json', 'one JSON object on stdout')
    .action(({ json }: { json?: true }) => run(json, runMigrate));

  program
    .command('update')
    .description('Changes a token.')
    .argument('<token>', 'id, address or symbol')
    .option('--symbol <symbol>', 'another symbol')
    .option('--name <name>', 'another name')
    .addOption(new Option('--active <mode>', 'off hides it from lists of active tokens').choices(['on', 'off']))
    .option('--payment-rule <rule>', 'all, from:0x..,0x.. or methods:0x12345678,..')
    .option('--json', 'one JSON object on stdout')
    .action((name: string, { active, paymentRule, json, ...labels }: UpdateFlags) =>
      run(json, (connections, output) => {
        const change = {
          ...labels,
          isActive: active === undefined ? undefined : active === 'on',
          paymentRule: paymentRule === undefined ? undefined : parsePaymentRule(paymentRule),
        };
        return runUpdate(connections, output, { name, change });
      }),
    );

  program
    .command('delete')
    .description('Deletes a token with all its rows.')
    .argument('<token>', 'id, address or symbol')
    .option('--json', 'one JSON object on stdout')
    .action((name: string, { json }: { json?: true }) =>
      run(json, (connections, output) => runDelete(connections, output, name)),
    );

  return program;
}

interface UpdateFlags {
  readonly symbol?: string;
  readonly name?: string;
  readonly active?: 'on' | 'off';
  readonly paymentRule?: string;
  readonly json?: true;
}

interface ImportFlags extends Omit<ImportRequest, 'files' | 'tokensFile' | 'paymentRule'> {
  readonly tokens?: string;
  readonly paymentRule?: string;
  readonly json?: true;
}

function toWhole(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of 0 or more.');
}
